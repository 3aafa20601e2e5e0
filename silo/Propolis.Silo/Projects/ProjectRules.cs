using Propolis.Contracts.Ids;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Results;
using Propolis.Silo.Events;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Projects;

/// <summary>What a project decides: names are unique in it, and its instances fit in its quota.</summary>
public static class ProjectRules
{
    /// <summary>Takes room and a name; again for the same instance, it changes what it takes.</summary>
    /// <param name="state">The project so far.</param>
    /// <param name="charge">For whom.</param>
    /// <param name="quota">The quota that holds unless one is set.</param>
    public static Decision<ProjectState> Charge(ProjectState? state, ProjectCharge charge, ProjectQuota quota)
    {
        state ??= new();
        if (state.Charges.Any(one => one.Equals(charge)))
            return state;
        if (state.Charges.FirstOrDefault(one => one.Name == charge.Name && one.Instance != charge.Instance) is { } other)
            return Refuse(RefusalCode.Conflict, $"the project has already an instance named \"{charge.Name}\" ({other.Instance})");
        var charged = state with { Charges = new(state.Charges.Where(one => one.Instance != charge.Instance).Append(charge)) };
        return Excess(Used(charged), state.Quota ?? quota) is { } excess ? Refuse(RefusalCode.QuotaExceeded, excess) : charged;
    }

    /// <summary>Gives room and name back.</summary>
    /// <param name="state">The project.</param>
    /// <param name="instance">Whose.</param>
    public static ProjectState Refund(ProjectState state, InstanceId instance) =>
        state.Charges.Any(one => one.Instance == instance) ? state with { Charges = new(state.Charges.Where(one => one.Instance != instance)) } : state;

    /// <summary>Sets the quota.</summary>
    /// <param name="state">The project so far.</param>
    /// <param name="command">The quota.</param>
    public static Decision<ProjectState> SetQuota(ProjectState? state, QuotaCommand command)
    {
        state ??= new();
        if (command.Quota is { Instances: < 0 } or { Cpus: < 0 } or { MemoryMb: < 0 })
            return Refuse(RefusalCode.Invalid, "a quota cannot be less than 0");
        return command.Quota.Equals(state.Quota)
            ? state
            : (state with { Quota = command.Quota }).Say("quota-set", command.Actor, $"{command.Quota.Instances} instances, {command.Quota.Cpus} processors, {command.Quota.MemoryMb} MiB ({command.OperationId})");
    }

    /// <summary>What its instances take together.</summary>
    /// <param name="state">The project.</param>
    public static ProjectQuota Used(ProjectState state) => new()
    {
        Instances = state.Charges.Count,
        Cpus = state.Charges.Sum(one => one.Cpus),
        MemoryMb = state.Charges.Sum(one => one.MemoryMb),
    };

    static string? Excess(ProjectQuota used, ProjectQuota quota)
    {
        if (used.Instances > quota.Instances)
            return $"the project's quota is {quota.Instances} instances, and it has them";
        if (used.Cpus > quota.Cpus)
            return $"the project's quota is {quota.Cpus} processors; with this instance it would have {used.Cpus}";
        return used.MemoryMb > quota.MemoryMb ? $"the project's quota is {quota.MemoryMb} MiB of memory; with this instance it would have {used.MemoryMb}" : null;
    }

    static Refusal Refuse(RefusalCode code, string detail) => new() { Code = code, Detail = detail };
}
