using System.Text.Json.Serialization;

namespace Propolis.Contracts.Migrations;

/// <summary>How the memory of a running guest is copied.</summary>
[GenerateSerializer, Immutable, Alias("propolis.migrations.MigrationPolicy")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record MigrationPolicy
{
    /// <summary>How long the guest may stand still, milliseconds.</summary>
    [Id(0)] public int DowntimeBudgetMs { get; init; } = 300;

    /// <summary>Passes over memory while the guest runs.</summary>
    [Id(1)] public int MaxPasses { get; init; } = 30;

    /// <summary>What to do when they are over.</summary>
    [Id(2)] public StuckPolicy WhenStuck { get; init; }

    /// <summary>Bytes a second while the guest runs; all that the network takes when absent.</summary>
    [Id(3)] public long? MaxBytesPerSecond { get; init; }

    /// <summary>Whether pages are compressed where that makes them smaller.</summary>
    [Id(4)] public bool Compress { get; init; }
}
