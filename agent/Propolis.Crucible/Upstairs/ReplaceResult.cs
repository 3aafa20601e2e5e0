namespace Propolis.Crucible.Upstairs;

/// <summary>What became of a request to replace a replica.</summary>
public enum ReplaceResult
{
    /// <summary>The replica is being replaced.</summary>
    Started,

    /// <summary>It already was.</summary>
    StartedAlready,

    /// <summary>It already was, and the new one is whole.</summary>
    CompletedAlready,

    /// <summary>There is no such replica.</summary>
    Missing,

    /// <summary>Not now: the other replicas are not whole, or the new one is in use.</summary>
    Refused,
}
