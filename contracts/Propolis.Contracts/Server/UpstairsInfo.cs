namespace Propolis.Contracts.Server;

/// <summary>A Crucible client and its targets.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.UpstairsInfo")]
public sealed record UpstairsInfo
{
    /// <summary>What it does.</summary>
    [Id(0)] public required UpstairsInfoStatus State { get; init; }

    /// <summary>The generation it opened with.</summary>
    [Id(1)] public required ulong Generation { get; init; }

    /// <summary>This opening.</summary>
    [Id(2)] public required Guid SessionId { get; init; }

    /// <summary>The region set.</summary>
    [Id(3)] public required Guid UpstairsId { get; init; }

    /// <summary>Bytes a block, when known.</summary>
    [Id(4)] public ulong? BlockSize { get; init; }

    /// <summary>Whether blocks are encrypted.</summary>
    [Id(5)] public required bool Encrypted { get; init; }

    /// <summary>Whether it only reads.</summary>
    [Id(6)] public required bool ReadOnly { get; init; }

    /// <summary>Whether a target is being repaired.</summary>
    [Id(7)] public required bool LiveRepairInProgress { get; init; }

    /// <summary>Whether targets are being made equal.</summary>
    [Id(8)] public required bool ReconcileInProgress { get; init; }

    /// <summary>The three servers.</summary>
    [Id(9)] public required EquatableList<DownstairsInfo> Targets { get; init; }
}
