namespace Propolis.Crucible.Upstairs;

/// <summary>What the owner of generations says about a session that may have been displaced.</summary>
public enum LeaseAnswer
{
    /// <summary>It could not be reached; ask again later.</summary>
    Unknown,

    /// <summary>The generation is still the newest: try again.</summary>
    Held,

    /// <summary>A newer generation was handed out: stop for good.</summary>
    Lost,
}
