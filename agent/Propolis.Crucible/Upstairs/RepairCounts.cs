namespace Propolis.Crucible.Upstairs;

/// <summary>What live repair did for one replica.</summary>
public sealed record RepairCounts
{
    /// <summary>Extents that were copied.</summary>
    public long ExtentsRepaired { get; init; }

    /// <summary>Extents that were found equal.</summary>
    public long ExtentsConfirmed { get; init; }

    /// <summary>Repairs that reached their end.</summary>
    public long Completed { get; init; }

    /// <summary>Repairs that were given up.</summary>
    public long Aborted { get; init; }
}
