using Propolis.Contracts.Events;

namespace Propolis.Silo.Storage;

/// <summary>One row of the lists.</summary>
public sealed record IndexEntry
{
    /// <summary>What it is.</summary>
    public required EventKind Kind { get; init; }

    /// <summary>The grain's key.</summary>
    public required string Key { get; init; }

    /// <summary>The grain's version that it shows.</summary>
    public required long Version { get; init; }

    /// <summary>Its project, to list by.</summary>
    public string? Project { get; init; }

    /// <summary>Its name, to find by.</summary>
    public string? Name { get; init; }

    /// <summary>Its sled, to list by.</summary>
    public string? Sled { get; init; }

    /// <summary>What it is doing, to list by.</summary>
    public string Phase { get; init; } = "";

    /// <summary>Whether the grain has work to do that a new silo must wake it for.</summary>
    public bool Wake { get; init; }

    /// <summary>Whether lists show it no more.</summary>
    public bool Hidden { get; init; }

    /// <summary>The grain's view as JSON.</summary>
    public required string View { get; init; }
}
