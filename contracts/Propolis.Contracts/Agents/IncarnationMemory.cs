namespace Propolis.Contracts.Agents;

/// <summary>What an agent keeps on disk for each instance it ever had.</summary>
public sealed record IncarnationMemory
{
    /// <summary>The highest incarnation ever named.</summary>
    public long Highest { get; init; }

    /// <summary>The highest incarnation removed: it and all below never start again.</summary>
    public long Removed { get; init; }
}
