using Propolis.Contracts;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Sleds;

/// <summary>What a sled's grain keeps. Whether the sled lives is not kept: only who hears it knows.</summary>
public sealed record SledState : EntityRecord
{
    /// <summary>What its agent said last.</summary>
    public required SledRegistration Registration { get; init; }

    /// <summary>What an operator wants.</summary>
    public SledPolicy Policy { get; init; }

    /// <summary>What is taken.</summary>
    public EquatableList<Reservation> Reservations { get; init; } = [];
}
