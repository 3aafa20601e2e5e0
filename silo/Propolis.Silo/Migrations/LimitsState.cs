using Propolis.Contracts;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Migrations;

/// <summary>What the limits' grain keeps.</summary>
public sealed record LimitsState : EntityRecord
{
    /// <summary>The slots that are taken.</summary>
    public EquatableList<TakenSlot> Slots { get; init; } = [];
}
