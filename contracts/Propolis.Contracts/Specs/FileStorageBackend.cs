using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A file or block device of the host.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.FileStorageBackend")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record FileStorageBackend : Component
{
    /// <summary>Where it is.</summary>
    [Id(0)] public required string Path { get; init; }

    /// <summary>Whether the guest's writes are refused.</summary>
    [Id(1)] public required bool Readonly { get; init; }

    /// <summary>Bytes a block.</summary>
    [Id(2)] public required uint BlockSize { get; init; }

    /// <summary>Worker threads, for tests.</summary>
    [Id(3)] public uint? Workers { get; init; }
}
