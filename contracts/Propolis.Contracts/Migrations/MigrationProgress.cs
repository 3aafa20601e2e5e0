namespace Propolis.Contracts.Migrations;

/// <summary>How far the copying is, as the source tells it; figures that are not known yet are zero.</summary>
[GenerateSerializer, Immutable, Alias("propolis.migrations.MigrationProgress")]
public sealed record MigrationProgress
{
    /// <summary>The engine's own word for what it does: <c>pre-copy</c>, <c>last-pages</c>, <c>state</c>, <c>deciding</c>.</summary>
    [Id(0)] public string Step { get; init; } = "";

    /// <summary>Pass over memory, from 1.</summary>
    [Id(1)] public int Pass { get; init; }

    /// <summary>Bytes sent so far.</summary>
    [Id(2)] public long BytesSent { get; init; }

    /// <summary>Bytes of memory still to be sent.</summary>
    [Id(3)] public long BytesRemaining { get; init; }

    /// <summary>Bytes of memory that go over in a second.</summary>
    [Id(4)] public long BytesPerSecond { get; init; }

    /// <summary>Pages that the guest changes in a second.</summary>
    [Id(5)] public long DirtyPagesPerSecond { get; init; }

    /// <summary>How long the guest would stand still if it were paused now, milliseconds.</summary>
    [Id(6)] public long ProjectedDowntimeMs { get; init; }

    /// <summary>How much the processors are slowed down, percent.</summary>
    [Id(7)] public int ThrottlePercent { get; init; }

    /// <summary>
    /// How long the guest stood still, milliseconds, as measured (not projected): from the source's request to pause until it ran on the target, and at most one trip over the network
    /// more. Absent before it runs there, and for a guest that stayed.
    /// </summary>
    [Id(8)] public long? DowntimeMs { get; init; }

    /// <summary>One sentence, where there is something to say.</summary>
    [Id(9)] public string? Note { get; init; }

    /// <summary>From the first connection between the two sides until the guest ran on the target, milliseconds; absent before.</summary>
    [Id(10)] public long? TotalMs { get; init; }
}
