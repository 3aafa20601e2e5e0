using Propolis.Contracts.Ids;

namespace Propolis.Silo.Storage;

/// <summary>Which part of a list. Filters can be joined.</summary>
public sealed record IndexQuery
{
    /// <summary>The longest page.</summary>
    public const int LongestPage = 1000;

    /// <summary>The key behind which the page starts; from the start when absent.</summary>
    public string? After { get; init; }

    /// <summary>Entries in the page, 1 to <see cref="LongestPage"/>.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Only of this project.</summary>
    public string? Project { get; init; }

    /// <summary>Only with this name.</summary>
    public string? Name { get; init; }

    /// <summary>Only on this sled; for migrations, to it.</summary>
    public SledId? Sled { get; init; }

    /// <summary>Only in this phase, in snake case as in JSON.</summary>
    public string? Phase { get; init; }
}
