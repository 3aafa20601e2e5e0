using Propolis.Contracts;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Results;
using Propolis.Contracts.Specs;
using Propolis.Silo.Events;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Instances;

/// <summary>How a migration hands an instance from one VMM to another. The migration decides; the instance keeps both VMMs until it is told.</summary>
public static class HandoverRules
{
    const int KeptMigrations = 16;

    /// <summary>Gives a migration its target, with the next number.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="request">Which migration.</param>
    /// <param name="now">The time.</param>
    /// <param name="options">Times.</param>
    public static Decision<InstanceState> Prepare(InstanceState state, PrepareMigration request, DateTimeOffset now, ClusterOptions options)
    {
        if (state.Migration == request.Migration)
            return state;
        return WhyNot(state, request) is { } reason
            ? new Refusal { Code = RefusalCode.Conflict, Detail = reason }
            : (state with
            {
                Migration = request.Migration,
                Incarnation = state.Incarnation + 1,
                Target = VmmRules.Fresh(state.Incarnation + 1, now, options),
            }).Say("migration-prepared", "reconciler", request.Migration.Value);
    }

    /// <summary>Takes the decision. After a commit the target is the instance's VMM and the source is left behind to be removed, after an abort the other way round.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="request">The decision.</param>
    /// <param name="now">The time.</param>
    /// <param name="options">Times.</param>
    public static InstanceState End(InstanceState state, EndMigration request, DateTimeOffset now, ClusterOptions options)
    {
        if (state.Migration != request.Migration || state.Target is not { } target || state.Current is not { } source)
        {
            // Late or early: a prepare that comes after the end must find it.
            return state.EndedMigrations.Contains(request.Migration) ? state : state with { EndedMigrations = Remember(state, request.Migration) };
        }
        var committed = request.Verdict == MigrationVerdict.Commit;
        var (stays, goes) = committed ? (target with { GuestSince = source.GuestSince ?? source.Incarnation }, source) : (source, target);
        var step = goes.Step < VmmStep.Ensuring ? VmmStep.Releasing : VmmStep.Removing;
        return (state with
        {
            Current = stays with { Deadline = now + options.StartLimit },
            Target = null,
            Migration = null,
            EndedMigrations = Remember(state, request.Migration),
            Leftovers = state.Leftovers.Add(goes with { Step = step, End = VmmEnd.Wanted, EndReason = committed ? "its guest has moved" : "the migration was aborted" }),
            Reboot = null,
        }).Say(committed ? "moved" : "stayed", "reconciler", committed ? $"from {source.Sled} to {target.Sled}, incarnation {target.Incarnation}" : request.Reason);
    }

    /// <summary>Both ends, for the migration.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="disks">After an abort: the source's disks with their fresh generations.</param>
    public static MigrationLegs Legs(InstanceState state, EquatableList<DiskTicket>? disks = null) => new()
    {
        Project = state.Template.Project,
        Source = state.Current?.Sled ?? default,
        SourceIncarnation = state.Current?.Incarnation ?? 0,
        SourceState = state.Current?.Observed,
        Target = state.Target?.Sled,
        TargetIncarnation = state.Target?.Incarnation ?? 0,
        TargetState = state.Target?.Observed,
        TargetAddress = state.Target is { Step: VmmStep.Live, Observed: VmmState.Migrating } target ? target.MigrationAddress : null,
        Reason = state.Target is null ? null : state.Waiting,
        Disks = disks is null ? [] : DiskSpecs.Generations(disks),
        Backends = disks is null ? null : DiskSpecs.Backends(disks),
    };

    static string? WhyNot(InstanceState state, PrepareMigration request) => state switch
    {
        _ when state.EndedMigrations.Contains(request.Migration) => $"{request.Migration} has ended",
        { Migration: { } other } => $"{other} moves the instance already",
        { Desired: not DesiredState.Running } or { Failed: true } => "the instance is not to run",
        { Relocating: true } => "the instance is being stopped to start elsewhere",
        { Current: not { Step: VmmStep.Live, Observed: VmmState.Running } } => "only a running guest can move",
        { Current.Sled: { } sled } when request.Target == sled => $"the instance is on {sled} already",
        _ when DiskSpecs.Pin(state.Current!.Tickets) is { } pin => pin.Reason,
        _ when state.Template.Spec.Components.FirstOrDefault(one => one.Value is FileStorageBackend) is { Value: not null } file =>
            $"disk \"{file.Key}\" is a file of its sled; only volumes can move",
        _ => null,
    };

    static EquatableList<MigrationId> Remember(InstanceState state, MigrationId migration) => new(state.EndedMigrations.TakeLast(KeptMigrations - 1).Append(migration));
}
