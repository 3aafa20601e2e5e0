using Propolis.Contracts;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Results;
using Propolis.Silo.Hosting;
using Propolis.Silo.Sleds;
using Propolis.Silo.Volumes;

namespace Propolis.Silo.Instances;

/// <summary>The part of an instance's shell that serves its migration: brings the target as far as to wait for its source, and takes the decision.</summary>
/// <param name="ports">What it reaches.</param>
/// <param name="state">The instance as written.</param>
/// <param name="commit">Writes it.</param>
public sealed class InstanceHandover(GrainPorts ports, Func<InstanceState> state, Func<InstanceState, Task> commit)
{
    InstanceWork Work => new(ports, Now);

    DateTimeOffset Now => ports.Time.GetUtcNow();

    /// <summary>Brings the target on. The migration asks again while it is not ready, and ends it when that takes too long.</summary>
    /// <param name="request">The migration.</param>
    public async Task<Reply<MigrationLegs>> AdvanceAsync(PrepareMigration request)
    {
        try
        {
            while (state().Target is { Step: < VmmStep.Live } target)
            {
                var before = state();
                var refusal = await StepAsync(before, target, request);
                if (refusal is not null)
                    return refusal;
                if (ReferenceEquals(before, state()))
                    break;
            }
        }
        catch (Exception e) when (e is GrainCallException or SledCallException)
        {
            HostLog.TickFailed(ports.Log, ports.Key, e);
        }
        return state().Target is { Step: > VmmStep.Live } ended
            ? Reply<MigrationLegs>.Refuse(RefusalCode.Conflict, ended.EndReason ?? $"{ended.Sled} did not take the target")
            : HandoverRules.Legs(state());
    }

    /// <summary>Takes the decision. Before the source runs on, its volumes are checked out afresh, because the target's generations are newer.</summary>
    /// <param name="request">The decision.</param>
    public async Task<Reply<MigrationLegs>> EndAsync(EndMigration request)
    {
        var present = state();
        EquatableList<DiskTicket>? tickets = null;
        if (request.Verdict == MigrationVerdict.Abort && present.Migration == request.Migration && present is { Current: { } source, Target.Step: >= VmmStep.CheckingOut })
        {
            var holder = new Contracts.Volumes.VolumeHolder { Instance = InstanceId.Make(ports.Key), Incarnation = source.Incarnation };
            (tickets, var whyNot) = await Work.TicketsAsync(present, holder, $"{ports.Key}/{source.Incarnation}/{request.Migration}", CheckoutReasons.Rollback);
            if (whyNot is not null)
                return Reply<MigrationLegs>.Refuse(RefusalCode.Conflict, whyNot);
            present = VmmRules.Replace(present, source with { Tickets = tickets });
        }
        await commit(HandoverRules.End(present, request, Now, ports.Options));
        return HandoverRules.Legs(state(), tickets ?? state().Current?.Tickets);
    }

    async Task<Refusal?> StepAsync(InstanceState present, VmmRecord target, PrepareMigration request)
    {
        switch (target.Step)
        {
            case VmmStep.Placing:
                return await PlaceAsync(present, target, request.Target);
            case VmmStep.Reserving:
                await commit(await Work.ReserveAsync(present, target));
                // A sled that was asked for by name is not replaced by another.
                return state().Target is { Step: VmmStep.Placing } back && request.Target is not null
                    ? new() { Code = RefusalCode.NoPlace, Detail = $"{back.Refused[^1].Sled} {back.Refused[^1].Reason}" }
                    : null;
            case VmmStep.CheckingOut:
                var holder = new Contracts.Volumes.VolumeHolder { Instance = InstanceId.Make(ports.Key), Incarnation = target.Incarnation };
                var (tickets, whyNot) = await Work.TicketsAsync(present, holder, $"{ports.Key}/{target.Incarnation}", CheckoutReasons.Migration);
                if (whyNot is not null)
                    return new() { Code = RefusalCode.Conflict, Detail = whyNot };
                await commit(VmmRules.CheckedOut(present, target, tickets, Now, ports.Options));
                return null;
            default:
                var source = new VmmMigrationSource { Migration = request.Migration, Incarnation = present.Current!.Incarnation };
                await commit(await Work.EnsureAsync(present, target, source));
                return null;
        }
    }

    async Task<Refusal?> PlaceAsync(InstanceState present, VmmRecord target, SledId? wanted)
    {
        var report = await Work.RankAsync(present, target);
        if (wanted is { } sled && !report.Candidates.Contains(sled))
        {
            var reason = report.Refusals.FirstOrDefault(one => one.Sled == sled)?.Reason ?? "is not known";
            return new() { Code = RefusalCode.NoPlace, Detail = $"{sled} {reason}" };
        }
        if (report.Candidates is not [var best, ..])
            return new() { Code = RefusalCode.NoPlace, Detail = $"no sled takes it: {string.Join("; ", report.Refusals.Select(one => $"{one.Sled} {one.Reason}"))}" };
        await commit(VmmRules.Placed(present, target, wanted ?? best, Now, ports.Options));
        return null;
    }
}
