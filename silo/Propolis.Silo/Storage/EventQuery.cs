namespace Propolis.Silo.Storage;

/// <summary>Which part of the event feed.</summary>
public sealed record EventQuery
{
    /// <summary>The number behind which the page starts.</summary>
    public long After { get; init; }

    /// <summary>Events in the page, 1 to <see cref="IndexQuery.LongestPage"/>.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Only about this: a grain's key.</summary>
    public string? Subject { get; init; }

    /// <summary>Only of this project.</summary>
    public string? Project { get; init; }
}
