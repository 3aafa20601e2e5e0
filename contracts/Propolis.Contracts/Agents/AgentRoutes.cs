using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Agents;

/// <summary>
/// The agent's REST interface, spoken by silos. All bodies are JSON (<see cref="Serialization.PropolisJson"/>).
/// <code>
/// PUT    /v1/vmms/{instance}/{incarnation}         VmmEnsureRequest -> VmmReply   make and run this VMM
/// PUT    /v1/vmms/{instance}/{incarnation}/state   VmmStateRequest  -> VmmReply   stop or reboot it
/// DELETE /v1/vmms/{instance}/{incarnation}                          -> VmmReply   end it at once and forget it
/// GET    /v1/vmms/{instance}/{incarnation}                          -> VmmReply   what it does
/// PUT    /v1/vmms/{instance}/{incarnation}/migration  VmmMigrateRequest -> VmmReply   send its guest to a target that waits
/// DELETE /v1/vmms/{instance}/{incarnation}/migration                -> VmmReply   stop sending; the guest stays
/// GET    /v1/vmms                                                   -> VmmStatus[]
/// GET    /v1/vmms/{instance}/{incarnation}/serial                   WebSocket: propolis-server's own, passed through
/// GET    /v1/vmms/{instance}/{incarnation}/volumes/{volume}         -> Server.VolumeStatus   its Crucible volume as the VMM sees it
/// PUT    /v1/vmms/{instance}/{incarnation}/volumes/{volume}/vcr     Server.InstanceVCRReplace -> Server.ReplaceResult   replaces one of its targets
/// POST   /v1/vmms/{instance}/{incarnation}/volumes/{volume}/snapshots/{snapshot}   -> SnapshotReply   flushes and takes a snapshot; again, it changes nothing
/// GET    /v1/vmms/{instance}/{incarnation}/leases/{backend}?generation=N   -> LeaseStatus   asked by the VMM's server: is this still the newest generation?
/// PUT    /v1/regions/{region}                      RegionEnsureRequest -> RegionReply   make this region and serve it
/// DELETE /v1/regions/{region}                                          -> RegionReply   end its server and remove its files
/// GET    /v1/regions/{region}                                          -> RegionReply   what it does
/// DELETE /v1/regions/{region}/snapshots/{snapshot}                     -> SnapshotReply   removes a snapshot; again, it changes nothing
/// GET    /v1/regions                                                   -> RegionStatus[]
/// GET    /v1/vmms/{instance}/{incarnation}/serial/history           propolis-server's own, passed through
/// </code>
/// The answer is 200 with a <see cref="VmmReply"/> whenever the agent understood, whatever the outcome. Any other status, a broken
/// connection and silence mean that the outcome is unknown, and the silo asks again.
/// <para>
/// Rules, on which the safety of guests rests. Per instance the agent keeps, on disk and before it acts or answers: the highest
/// incarnation ever named in an ensure or a removal, and the highest one removed.
/// </para>
/// <list type="number">
/// <item>Ensure of a lower incarnation than the highest, or of a removed one, is <see cref="VmmOutcome.Stale"/>.</item>
/// <item>Ensure of a higher incarnation than what runs ends the older VMM, waits for its end, and then starts the new one.</item>
/// <item>Ensure of the incarnation that is there changes nothing and answers its status, also after it ended: an ended VMM is never started again.</item>
/// <item>Remove ends the VMM of that incarnation and of all lower ones, and makes them removed; it answers
/// <see cref="VmmState.Absent"/> only when no process of them is left. Removing what was never there does the same: a late ensure is refused.</item>
/// <item>Stop or reboot of an incarnation that is not there answers <see cref="VmmState.Absent"/> and does nothing.</item>
/// <item>Every status carries a sequence that rises over everything the agent says, also over its restarts (epoch in the upper half).</item>
/// <item>The agent reports each change to <see cref="Instances.IInstanceGrain.ReportAsync"/> until it was received, and obeys the advice:
/// <see cref="ReportAdvice.Remove"/> as if the silo had sent a removal. It registers at its start (<see cref="Sleds.ISledGrain.RegisterAsync"/>)
/// and sends a heartbeat every 5 s.</item>
/// <item>An agent that restarts adopts the processes it finds. No agent ends a guest because silos are silent.</item>
/// <item>A region that was made is served until it is removed, at the same address, also after a restart of agent or sled: its server is started again whenever it
/// ends. Ensuring it again changes nothing; with another geometry it is refused. Removing what is not there does nothing.</item>
/// </list>
/// <para>
/// Live migration. The silo ensures the target with <see cref="VmmEnsureRequest.Source"/>; the target's status is <see cref="Agents.VmmState.Migrating"/>, with
/// <see cref="VmmStatus.MigrationAddress"/> as soon as it listens. The silo then tells the source to send there. Both agents tell <see cref="Migrations.IMigrationGrain"/> how it goes.
/// </para>
/// <list type="number">
/// <item>An ensure with a source does not end an older VMM on the same sled, and rule 2 does not apply to it: the older one is the source. Nothing but the decision starts the target's guest.</item>
/// <item>A repeated order to send with the same migration changes nothing; one to a VMM that does not run its guest is <see cref="VmmOutcome.Refused"/>.</item>
/// <item>A source whose sending fails, or is stopped, before it paused the guest lets the guest run on, reports <see cref="Migrations.MigrationReport.Failure"/>, and its status becomes <see cref="Agents.VmmState.Running"/> again.</item>
/// <item>Once the guest is paused, the source's and the target's agent ask <see cref="Migrations.IMigrationGrain.AskAsync"/> until the answer is final: a target only when it is ready. Meanwhile both
/// statuses are <see cref="Agents.VmmState.Migrating"/>. Stopping to send, a broken connection, a restarted agent and silent silos change nothing about that.</item>
/// <item>Commit: the target opens its disks and runs its guest (<see cref="Agents.VmmState.Running"/>); the source ends (<see cref="Agents.VmmState.Stopped"/>) and is never run again. Abort: the source opens its disks again, with
/// <see cref="Migrations.MigrationAnswer.Backends"/> where given, and runs its guest; the target ends.</item>
/// <item>A removal ends a VMM in any of these states.</item>
/// </list>
/// </summary>
public static class AgentRoutes
{
    /// <summary>All VMMs.</summary>
    public const string Vmms = "/v1/vmms";

    /// <summary>One VMM, as a route pattern.</summary>
    public const string VmmPattern = "/v1/vmms/{instance}/{incarnation:long}";

    /// <summary>One volume of a VMM, as a route pattern.</summary>
    public const string VmmVolumePattern = "/v1/vmms/{instance}/{incarnation:long}/volumes/{volume}";

    /// <summary>All regions.</summary>
    public const string Regions = "/v1/regions";

    /// <summary>One region, as a route pattern.</summary>
    public const string RegionPattern = "/v1/regions/{region:guid}";

    /// <summary>A heartbeat is due this often.</summary>
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(5);

    /// <summary>One VMM.</summary>
    /// <param name="instance">Whose.</param>
    /// <param name="incarnation">Which.</param>
    public static string Vmm(InstanceId instance, long incarnation) => $"{Vmms}/{instance.Value}/{incarnation}";

    /// <summary>One VMM's state.</summary>
    /// <param name="instance">Whose.</param>
    /// <param name="incarnation">Which.</param>
    public static string VmmState(InstanceId instance, long incarnation) => $"{Vmm(instance, incarnation)}/state";

    /// <summary>One VMM's sending.</summary>
    /// <param name="instance">Whose.</param>
    /// <param name="incarnation">Which.</param>
    public static string VmmMigration(InstanceId instance, long incarnation) => $"{Vmm(instance, incarnation)}/migration";

    /// <summary>One VMM's serial console.</summary>
    /// <param name="instance">Whose.</param>
    /// <param name="incarnation">Which.</param>
    public static string VmmSerial(InstanceId instance, long incarnation) => $"{Vmm(instance, incarnation)}/serial";

    /// <summary>One volume of a VMM.</summary>
    /// <param name="instance">Whose.</param>
    /// <param name="incarnation">Which.</param>
    /// <param name="volume">The volume.</param>
    public static string VmmVolume(InstanceId instance, long incarnation, VolumeId volume) => $"{Vmm(instance, incarnation)}/volumes/{volume.Value}";

    /// <summary>The construction request of one volume of a VMM.</summary>
    /// <param name="instance">Whose.</param>
    /// <param name="incarnation">Which.</param>
    /// <param name="volume">The volume.</param>
    public static string VmmVolumeRequest(InstanceId instance, long incarnation, VolumeId volume) => $"{VmmVolume(instance, incarnation, volume)}/vcr";

    /// <summary>A snapshot of one volume of a VMM.</summary>
    /// <param name="instance">Whose.</param>
    /// <param name="incarnation">Which.</param>
    /// <param name="volume">The volume.</param>
    /// <param name="snapshot">The snapshot.</param>
    public static string VmmVolumeSnapshot(InstanceId instance, long incarnation, VolumeId volume, Guid snapshot) => $"{VmmVolume(instance, incarnation, volume)}/snapshots/{snapshot:D}";

    /// <summary>Where a VMM's server asks about the leases of its disks; the backend's key and the generation follow.</summary>
    /// <param name="instance">Whose.</param>
    /// <param name="incarnation">Which.</param>
    public static string VmmLeases(InstanceId instance, long incarnation) => $"{Vmm(instance, incarnation)}/leases";

    /// <summary>One region.</summary>
    /// <param name="region">Which.</param>
    public static string Region(Guid region) => $"{Regions}/{region:D}";

    /// <summary>A snapshot of one region.</summary>
    /// <param name="region">Which.</param>
    /// <param name="snapshot">The snapshot.</param>
    public static string RegionSnapshot(Guid region, Guid snapshot) => $"{Region(region)}/snapshots/{snapshot:D}";

    /// <summary>What one VMM's serial console has sent: propolis-server's own answer, 404 when there is no such VMM.</summary>
    /// <param name="instance">Whose.</param>
    /// <param name="incarnation">Which.</param>
    public static string VmmSerialHistory(InstanceId instance, long incarnation) => $"{VmmSerial(instance, incarnation)}/history";
}
