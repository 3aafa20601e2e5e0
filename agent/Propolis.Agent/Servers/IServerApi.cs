using Propolis.Contracts.Server;

namespace Propolis.Agent.Servers;

/// <summary>
/// One propolis-server, as its agent speaks to it (API 5.0.0). A refusal is a <see cref="ServerRefusedException"/>; a server that does not
/// answer is an <see cref="HttpRequestException"/>.
/// </summary>
interface IServerApi
{
    /// <summary>What its VM does; null when it has none yet.</summary>
    Task<InstanceState?> StateAsync(CancellationToken cancellation);

    /// <summary>Makes its VM.</summary>
    Task EnsureAsync(InstanceEnsureRequest request, CancellationToken cancellation);

    /// <summary>Asks for a state.</summary>
    Task PutStateAsync(InstanceStateRequested requested, CancellationToken cancellation);

    /// <summary>Presses the power button, for an orderly stop; false when this server has none.</summary>
    /// <param name="limit">After this the server switches the guest off.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task<bool> PressPowerButtonAsync(TimeSpan limit, CancellationToken cancellation);

    /// <summary>How its VM ended; null while it has not, and from servers that do not tell.</summary>
    Task<InstanceOutcome?> OutcomeAsync(CancellationToken cancellation);

    /// <summary>A Crucible volume as the VM sees it.</summary>
    Task<VolumeStatus> VolumeAsync(string backend, CancellationToken cancellation);

    /// <summary>Replaces one of a Crucible volume's targets.</summary>
    Task<ReplaceResult> ReplaceAsync(string backend, InstanceVCRReplace request, CancellationToken cancellation);

    /// <summary>Has a Crucible disk take a snapshot; one that is there counts as taken.</summary>
    Task SnapshotAsync(string backend, Guid snapshot, CancellationToken cancellation);

    /// <summary>Makes its VM as one that waits for its guest; returns where the source connects.</summary>
    Task<string> ReceiveAsync(MigrationReceiveRequest request, CancellationToken cancellation);

    /// <summary>Sends its guest; asked for again, it changes nothing.</summary>
    Task SendAsync(MigrationSendRequest request, CancellationToken cancellation);

    /// <summary>How its newest migration goes; null when there is none.</summary>
    Task<MigrationStatus?> MigrationAsync(CancellationToken cancellation);

    /// <summary>Tells it the decision.</summary>
    Task DecideAsync(MigrationDecisionRequest request, CancellationToken cancellation);

    /// <summary>Gives its migration up; nothing happens when it is too late.</summary>
    Task CancelMigrationAsync(string reason, CancellationToken cancellation);

    /// <summary>Waits until a generation of its state was published.</summary>
    Task<InstanceStateMonitorResponse> MonitorAsync(ulong generation, CancellationToken cancellation);
}
