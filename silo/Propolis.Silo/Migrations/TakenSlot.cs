using Propolis.Contracts.Migrations;

namespace Propolis.Silo.Migrations;

/// <summary>A slot and until when it holds: a migration renews it while it runs.</summary>
public sealed record TakenSlot
{
    /// <summary>The slot.</summary>
    public required MigrationSlot Slot { get; init; }

    /// <summary>Until when.</summary>
    public required DateTimeOffset Until { get; init; }
}
