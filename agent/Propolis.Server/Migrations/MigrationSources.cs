using System.Net;
using System.Text.Json;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Server;
using Propolis.Server.Instances;
using Propolis.Server.Rest;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Migration;
using Propolis.Vmm.Serial;
using Propolis.Vmm.State;
using MigrationSide = Propolis.Contracts.Migrations.MigrationSide;

namespace Propolis.Server.Migrations;

/// <summary>Sends the server's guest to another server.</summary>
sealed class MigrationSources(InstanceSlot slot, MigrationDesk desk, TimeProvider clock)
{
    /// <summary>The name of the serial history among the state that moves; both sides use it.</summary>
    public const string SerialHistoryName = "com1";

    /// <summary>Connections for memory.</summary>
    public const int Streams = 2;

    static readonly TimeSpan MeetingLimit = new MigrationLimits().Connect;

    /// <summary>Connects to a target that waits; who asks decides. Asked for again it changes nothing. Throws <see cref="ServerException"/> when it cannot begin.</summary>
    public void Send(MigrationSendRequest request)
    {
        if (desk.NewestOrNone is { } newest && newest.Status.MigrationId == request.MigrationId && newest.Status.Side == MigrationSide.Source) return;
        if (!IPEndPoint.TryParse(request.TargetAddress, out var address))
            throw new ServerException(HttpStatusCode.BadRequest, $"target_address is \"{request.TargetAddress}\"; an address such as 127.0.0.1:12401 is needed.");
        Depart(request.MigrationId, request.TargetServer, MigrationStateRules.Of(request.Policy), decider: null, token => MigrationLink.ConnectAsync(address, request.MigrationId, Streams, null, token));
    }

    /// <summary>Lets a target connect that asked for the guest; this side decides. Returns where it connects.</summary>
    public IPEndPoint Offer(Guid migration, string? targetServer)
    {
        var listener = desk.Listener;
        var meeting = new CancellationTokenSource(MeetingLimit, clock);
        // The target connects as soon as it has the answer, which may be before the VM's driver takes the request: somebody waits from here on.
        var coming = listener.AcceptAsync(migration, meeting.Token);
        try
        {
            Depart(migration, targetServer, new MigrationPolicy(), new SourceDecides(), token => MeetAsync(coming, meeting, token));
        }
        catch
        {
            meeting.Cancel();
            throw;
        }
        return listener.Address;
    }

    static async Task<MigrationLink> MeetAsync(Task<MigrationLink> coming, CancellationTokenSource meeting, CancellationToken stop)
    {
        using (meeting)
        await using (stop.Register(meeting.Cancel))
            return await coming;
    }

    void Depart(Guid migration, string? targetServer, MigrationPolicy policy, IMigrationDecision? decider, Func<CancellationToken, Task<MigrationLink>> connect)
    {
        var instance = slot.ForChange;
        var (machine, spec) = (instance.Engine, instance.Spec);
        if (machine is null || spec is null) throw new ServerException(HttpStatusCode.Conflict, "The VM has no guest that could move.");
        var record = new MigrationRecord(migration, MigrationSide.Source, instance.States, decider is null ? instance.Backends : null, clock);
        var source = new MigrationSource(machine, new MigrationSourceOptions
        {
            Migration = migration,
            Connect = connect,
            Decision = decider ?? record,
            Name = instance.Properties.Name,
            Spec = JsonSerializer.SerializeToUtf8Bytes(spec, PropolisJson.Options),
            SpecFingerprint = SpecFingerprint.Of(spec),
            Policy = policy,
            Extras = Extras(instance),
            Watch = record.Watch,
            Clock = clock,
        });
        (record.Cancel, record.Figures) = (source.Cancel, () => source.Progress);
        instance.Request(new MachineRequest(MachineRequestKind.MigrateAsSource) { Departure = source });
        instance.MovesTo(targetServer);
        desk.Open(record);
        _ = EndAsync(source, record);
    }

    /// <summary>What moves beside the machine.</summary>
    public static StateRegistry Extras(ServerInstance instance)
    {
        var extras = new StateRegistry();
        if (instance.HasSerial) extras.Add(SerialHistoryName, new SerialHistory(instance.Serial.Output));
        return extras;
    }

    static async Task EndAsync(MigrationSource source, MigrationRecord record)
    {
        var result = await source.Ended;
        record.End(result.HasMoved, result.Reason);
    }
}
