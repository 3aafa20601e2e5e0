using Propolis.Contracts.Instances;
using Propolis.Contracts.Results;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Events;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Sleds;

/// <summary>What a sled decides: nobody takes more than it has, and only while an operator lets it.</summary>
public static class SledRules
{
    /// <summary>Takes what the agent says of itself.</summary>
    /// <param name="state">The sled so far.</param>
    /// <param name="registration">The agent's words.</param>
    public static Decision<SledState> Register(SledState? state, SledRegistration registration)
    {
        if (registration.Capacity is { Cpus: < 0 } or { MemoryMb: < 0 })
            return Refuse(RefusalCode.Invalid, "a sled's capacity cannot be less than 0");
        if (!Uri.TryCreate(registration.Address, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            return Refuse(RefusalCode.Invalid, $"the agent's address is \"{registration.Address}\"; http://ip:port would be one");
        return state switch
        {
            null => new SledState { Registration = registration }.Say("registered", "agent", registration.Address),
            { Policy: SledPolicy.Expunged } => Refuse(RefusalCode.Gone, $"{registration.Sled} is expunged; give the sled a new id"),
            _ when registration.AgentEpoch < state.Registration.AgentEpoch => Refuse(RefusalCode.Conflict, $"a newer agent of {registration.Sled} has registered"),
            _ when registration.Equals(state.Registration) => state,
            _ => (state with { Registration = registration }).Say("registered", "agent", registration.Address),
        };
    }

    /// <summary>Takes room.</summary>
    /// <param name="state">The sled.</param>
    /// <param name="reservation">For whom.</param>
    public static Decision<SledState> Reserve(SledState state, Reservation reservation)
    {
        if (state.Reservations.Any(one => one.Instance == reservation.Instance && one.Incarnation == reservation.Incarnation))
            return state;
        return WhyNot(state, reservation) is { } reason
            ? Refuse(RefusalCode.NoPlace, reason)
            : state with { Reservations = state.Reservations.Add(reservation) };
    }

    /// <summary>Gives room back.</summary>
    /// <param name="state">The sled.</param>
    /// <param name="holder">Whose.</param>
    public static SledState Release(SledState state, VolumeHolder holder)
    {
        bool Held(Reservation one) => one.Instance == holder.Instance && one.Incarnation == holder.Incarnation;
        return state.Reservations.Any(Held) ? state with { Reservations = new(state.Reservations.Where(one => !Held(one))) } : state;
    }

    /// <summary>Changes what an operator wants.</summary>
    /// <param name="state">The sled.</param>
    /// <param name="command">The change.</param>
    public static Decision<SledState> SetPolicy(SledState state, SledPolicyCommand command) => state.Policy switch
    {
        _ when state.Policy == command.Policy => state,
        SledPolicy.Expunged => Refuse(RefusalCode.Gone, $"{state.Registration.Sled} is expunged, and that is final"),
        _ => (state with { Policy = command.Policy }).Say(EventOf(command.Policy), command.Actor, command.Reason),
    };

    /// <summary>What is taken together.</summary>
    /// <param name="state">The sled.</param>
    public static SledCapacity Reserved(SledState state) =>
        new() { Cpus = state.Reservations.Sum(one => one.Cpus), MemoryMb = state.Reservations.Sum(one => one.MemoryMb) };

    static string? WhyNot(SledState state, Reservation wanted)
    {
        var (capacity, taken) = (state.Registration.Capacity, Reserved(state));
        if (state.Policy != SledPolicy.InService)
            return state.Policy == SledPolicy.Draining ? "is being drained" : "is expunged";
        if (wanted.Cpus > capacity.Cpus - taken.Cpus)
            return $"has {capacity.Cpus - taken.Cpus} of {capacity.Cpus} processors free; {wanted.Cpus} are needed";
        if (wanted.MemoryMb > capacity.MemoryMb - taken.MemoryMb)
            return $"has {capacity.MemoryMb - taken.MemoryMb} of {capacity.MemoryMb} MiB of memory free; {wanted.MemoryMb} are needed";
        var apart = wanted.Groups.FirstOrDefault(group => group is { Rule: GroupRule.Apart, Required: true } && Members(state, wanted, group));
        return apart is null ? null : $"has a member of group \"{apart.Name}\", whose members must be on different sleds";
    }

    static bool Members(SledState state, Reservation wanted, PlacementGroup group) =>
        state.Reservations.Any(one => one.Instance != wanted.Instance && one.Project == wanted.Project && one.Groups.Any(other => other.Name == group.Name));

    static string EventOf(SledPolicy policy) => policy switch
    {
        SledPolicy.InService => "in-service",
        SledPolicy.Draining => "draining",
        _ => "expunged",
    };

    static Refusal Refuse(RefusalCode code, string detail) => new() { Code = code, Detail = detail };
}
