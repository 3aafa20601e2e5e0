using Propolis.Contracts.Ids;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Results;
using Propolis.Contracts.Volumes;
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
        state.Charges.Any(one => one.Instance == instance)
            ? state with
            {
                Charges = new(state.Charges.Where(one => one.Instance != instance)),
                Seats = new(state.Seats.Where(one => one.Instance != instance)),
                Risen = new(state.Risen.Where(one => one.Instance != instance)),
            }
            : state;

    /// <summary>
    /// Takes a seat. Members of a group ask here one after the other, so that two that look for a place at once do not find two: what sleds show of each other is always a moment old.
    /// </summary>
    /// <param name="state">The project.</param>
    /// <param name="seat">For which VMM, and where.</param>
    public static Decision<ProjectState> Sit(ProjectState state, GroupSeat seat)
    {
        if (state.Seats.Any(one => one.Equals(seat)))
            return state;
        if (state.Charges.All(one => one.Instance != seat.Instance) || state.Risen.Any(one => one.Instance == seat.Instance && one.Incarnation >= seat.Incarnation))
            return Refuse(RefusalCode.Conflict, $"incarnation {seat.Incarnation} of {seat.Instance} is over");
        foreach (var other in state.Seats.Where(one => one.Instance != seat.Instance && one.Sled != seat.Sled))
        {
            if (other.Groups.FirstOrDefault(seat.Groups.Contains) is { } group)
                return Refuse(RefusalCode.NoPlace, $"is not {other.Sled}, where {other.Instance} of group \"{group}\" is, whose members must be on one sled");
        }
        return state with { Seats = new(state.Seats.Where(one => !IsOf(one, seat.Instance, seat.Incarnation)).Append(seat)) };
    }

    /// <summary>Gives a seat back.</summary>
    /// <param name="state">The project.</param>
    /// <param name="holder">Whose.</param>
    public static ProjectState Rise(ProjectState state, VolumeHolder holder)
    {
        if (state.Charges.All(one => one.Instance != holder.Instance) || state.Risen.Any(one => one.Instance == holder.Instance && one.Incarnation >= holder.Incarnation))
            return state.Seats.Any(one => IsOf(one, holder.Instance, holder.Incarnation)) ? Without(state, holder) : state;
        return Without(state, holder) with { Risen = new(state.Risen.Where(one => one.Instance != holder.Instance).Append(holder)) };
    }

    static ProjectState Without(ProjectState state, VolumeHolder holder) => state with { Seats = new(state.Seats.Where(one => !IsOf(one, holder.Instance, holder.Incarnation))) };

    static bool IsOf(GroupSeat seat, InstanceId instance, long incarnation) => seat.Instance == instance && seat.Incarnation == incarnation;

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
