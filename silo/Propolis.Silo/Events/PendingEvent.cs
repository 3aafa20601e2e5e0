namespace Propolis.Silo.Events;

/// <summary>An event on its way into the feed. Version and ordinal make it one event however often it is published.</summary>
public sealed record PendingEvent
{
    /// <summary>The grain's version that it came with.</summary>
    public long Version { get; init; }

    /// <summary>Its place among the events of that version.</summary>
    public int Ordinal { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>What happened, a word or two.</summary>
    public required string Type { get; init; }

    /// <summary>Who caused it.</summary>
    public required string Actor { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }
}
