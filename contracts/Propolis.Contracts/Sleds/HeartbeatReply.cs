namespace Propolis.Contracts.Sleds;

/// <summary>What the control plane thinks the sled should have.</summary>
[GenerateSerializer, Immutable, Alias("propolis.sleds.HeartbeatReply")]
public sealed record HeartbeatReply
{
    /// <summary>The sled is not known (or with another epoch): register first.</summary>
    [Id(0)] public required bool Register { get; init; }

    /// <summary>Reservations. For one that the agent does not have, it reports <see cref="Propolis.Contracts.Agents.VmmState.Absent"/> to the instance; a VMM that is not among them is an orphan: its instance says whether to remove it.</summary>
    [Id(1)] public required EquatableList<Reservation> Expected { get; init; }
}
