using Propolis.Contracts.Ids;
using System.Text.Json.Serialization;

namespace Propolis.Contracts.Volumes;

/// <summary>What a user asks for when making a volume.</summary>
[GenerateSerializer, Immutable, Alias("propolis.volumes.VolumeTemplate")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record VolumeTemplate
{
    /// <summary>The project that pays.</summary>
    [Id(0)] public required string Project { get; init; }

    /// <summary>Its name.</summary>
    [Id(1)] public required string Name { get; init; }

    /// <summary>Where its blocks are.</summary>
    [Id(2)] public required VolumeKind Kind { get; init; }

    /// <summary>Its size.</summary>
    [Id(3)] public required long SizeBytes { get; init; }

    /// <summary>Bytes a block.</summary>
    [Id(4)] public int BlockSize { get; init; } = 512;

    /// <summary>Where the file is (kind file).</summary>
    [Id(5)] public SledId? Sled { get; init; }

    /// <summary>The file (kind file).</summary>
    [Id(6)] public string? Path { get; init; }

    /// <summary>
    /// The volume construction request (kind crucible); its generations are set at each checkout. Without one the cluster places three regions on three sleds.
    /// </summary>
    [Id(7)] public string? RequestJson { get; init; }

    /// <summary>
    /// Whether its blocks are encrypted (kind crucible, placed by the cluster). The cluster makes the key, keeps it, and tells it only to the VMM that opens the volume.
    /// </summary>
    [Id(8)] public bool Encrypted { get; init; }
}
