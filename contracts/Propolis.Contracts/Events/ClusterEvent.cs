namespace Propolis.Contracts.Events;

/// <summary>One thing that happened, in the order of its number.</summary>
[GenerateSerializer, Immutable, Alias("propolis.events.ClusterEvent")]
public sealed record ClusterEvent
{
    /// <summary>The number; readers resume behind it.</summary>
    [Id(0)] public required long Sequence { get; init; }

    /// <summary>When.</summary>
    [Id(1)] public required DateTimeOffset At { get; init; }

    /// <summary>What it is about.</summary>
    [Id(2)] public required EventKind Kind { get; init; }

    /// <summary>The key of what it is about.</summary>
    [Id(3)] public required string Subject { get; init; }

    /// <summary>Its project.</summary>
    [Id(4)] public string? Project { get; init; }

    /// <summary>What happened, a word or two: <c>vmm-started</c>.</summary>
    [Id(5)] public required string Type { get; init; }

    /// <summary>Who caused it: a user's name, <c>reconciler</c>, <c>agent</c>.</summary>
    [Id(6)] public required string Actor { get; init; }

    /// <summary>Why.</summary>
    [Id(7)] public string? Reason { get; init; }
}
