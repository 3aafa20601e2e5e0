using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Sleds;

namespace Propolis.Silo.Sleds;

/// <summary>How a drain treats each instance.</summary>
public static class DrainRules
{
    /// <summary>The migration by which a drain moves the present VMM of an instance: always the same one.</summary>
    /// <param name="view">The instance.</param>
    public static MigrationId MigrationOf(InstanceView view)
    {
        var suffix = $"drain-{view.Incarnation}-{view.Id.Value[InstanceId.Prefix.Length..]}";
        return MigrationId.Make(MigrationId.Prefix + (suffix.Length > 64 ? suffix[..64] : suffix));
    }

    /// <summary>What an instance needs.</summary>
    /// <param name="sled">The sled.</param>
    /// <param name="view">The instance.</param>
    /// <param name="migration">The migration that moves it, or the last one of the drain.</param>
    public static DrainStep Next(SledView sled, InstanceView view, MigrationView? migration)
    {
        var id = view.Migration ?? MigrationOf(view);
        if (sled.Policy != SledPolicy.Draining)
        {
            return view.Migration is { } running && running == migration?.Id && migration is { Actor: "drain", Phase: < MigrationPhase.Committed }
                ? new(DrainNeed.StopMoving, running, "the sled is not drained any more")
                : new(DrainNeed.Nothing, view.Migration, "the sled is not drained");
        }
        if (view.Sled != sled.Id)
            return new(DrainNeed.Nothing, view.Migration, $"its VMM here is being removed, or {view.Migration} brings it here");
        return view.Phase switch
        {
            InstancePhase.Migrating => new(DrainNeed.Nothing, id, $"{id} moves it"),
            InstancePhase.Running => OfRunning(migration, id),
            InstancePhase.Waiting => new(DrainNeed.Operator, null, view.Reason ?? "it waits"),
            _ => new(DrainNeed.Nothing, null, $"it is {view.Phase.ToString().ToLowerInvariant()}"),
        };
    }

    static DrainStep OfRunning(MigrationView? last, MigrationId id) => last?.Phase switch
    {
        null => new(DrainNeed.Move, id, "it will move"),
        MigrationPhase.Failed when IsTied(last) => new(DrainNeed.Operator, id, last.Reason!),
        MigrationPhase.Failed => new(DrainNeed.Restart, id, $"it could not move live ({last.Reason}); it is stopped to start elsewhere"),
        MigrationPhase.Aborted => new(DrainNeed.Operator, id, $"its migration was aborted: {last.Reason}"),
        _ => new(DrainNeed.Nothing, id, $"{id} moves it ({last.Phase.ToString().ToLowerInvariant()}{(last.Reason is null ? "" : $": {last.Reason}")})"),
    };

    // Without a place elsewhere a stop would only stop it.
    static bool IsTied(MigrationView last) =>
        last.Reason is { } reason && (reason.StartsWith("no sled takes it", StringComparison.Ordinal) || reason.Contains("is a file", StringComparison.Ordinal));
}
