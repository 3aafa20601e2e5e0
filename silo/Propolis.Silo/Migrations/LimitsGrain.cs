using Propolis.Contracts.Events;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Results;
using Propolis.Silo.Hosting;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Migrations;

/// <summary>The shell of the limits' rules.</summary>
/// <param name="ports">What it reaches.</param>
/// <param name="state">Its state.</param>
public sealed class LimitsGrain(GrainPorts ports, IEntityState<LimitsState> state) : EntityGrain<LimitsState>(ports, state), ILimitsGrain
{
    /// <inheritdoc/>
    public override bool IsSettled => true;

    /// <inheritdoc/>
    public async Task<Reply<MigrationSlot>> TakeAsync(MigrationSlot slot)
    {
        var decision = LimitsRules.Take(State, slot, Now, Ports.Options);
        if (decision.Refusal is { } refusal)
            return refusal;
        await CommitAsync(decision.State!);
        return slot;
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(MigrationId migration)
    {
        if (State is not null)
            await CommitAsync(LimitsRules.Release(State, migration));
    }

    /// <inheritdoc/>
    protected override IndexEntry Describe(LimitsState state) => new() { Kind = EventKind.Migration, Key = Ports.Key, Version = state.Version, Hidden = true, View = "{}" };
}
