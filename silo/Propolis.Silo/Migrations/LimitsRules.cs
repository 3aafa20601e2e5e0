using Propolis.Contracts.Ids;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Results;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Migrations;

/// <summary>How many migrations run at once. A slot that nobody renews is free again, so that none is lost.</summary>
public static class LimitsRules
{
    /// <summary>How long a slot holds without being renewed.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    // Renewing writes; not more often than this.
    static readonly TimeSpan RenewAfter = TimeSpan.FromMinutes(1);

    /// <summary>Takes or renews a slot.</summary>
    /// <param name="state">The limits so far.</param>
    /// <param name="slot">For whom.</param>
    /// <param name="now">The time.</param>
    /// <param name="options">The limits.</param>
    public static Decision<LimitsState> Take(LimitsState? state, MigrationSlot slot, DateTimeOffset now, ClusterOptions options)
    {
        state ??= new();
        var others = state.Slots.Where(one => one.Slot.Migration != slot.Migration && one.Until > now).ToArray();
        var mine = state.Slots.FirstOrDefault(one => one.Slot.Migration == slot.Migration && one.Until > now);
        if (mine is not null && mine.Slot.Equals(slot) && mine.Until - now > Lease - RenewAfter)
            return state;
        if (mine is null && others.Length >= options.MigrationsPerCluster)
            return Refuse($"{others.Length} migrations run; the cluster runs {options.MigrationsPerCluster} at once");
        foreach (var sled in slot.Sleds)
        {
            var busy = others.Count(one => one.Slot.Sleds.Contains(sled));
            if (mine is null && busy >= options.MigrationsPerSled)
                return Refuse($"{busy} migrations run on {sled}; a sled runs {options.MigrationsPerSled} at once");
        }
        return state with { Slots = [.. others, new() { Slot = slot, Until = now + Lease }] };
    }

    /// <summary>Gives a slot back.</summary>
    /// <param name="state">The limits.</param>
    /// <param name="migration">Whose.</param>
    public static LimitsState Release(LimitsState state, MigrationId migration) =>
        state.Slots.Any(one => one.Slot.Migration == migration) ? state with { Slots = new(state.Slots.Where(one => one.Slot.Migration != migration)) } : state;

    static Refusal Refuse(string detail) => new() { Code = RefusalCode.Conflict, Detail = detail };
}
