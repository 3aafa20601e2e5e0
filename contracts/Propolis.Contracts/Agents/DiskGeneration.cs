using Propolis.Contracts.Ids;
using Propolis.Contracts.Specs;
using Propolis.Contracts.Volumes;

namespace Propolis.Contracts.Agents;

/// <summary>
/// A disk on a volume, and the generation it is opened with. A file volume's backend in the spec is a <see cref="FileStorageBackend"/>, whose file the
/// agent makes when it is missing and a size is given (a relative path lies in the sled's volume folder); a memory volume's backend is
/// made by the agent, whether the spec has one or not.
/// </summary>
[GenerateSerializer, Immutable, Alias("propolis.agents.DiskGeneration")]
public sealed record DiskGeneration
{
    /// <summary>The backend's key in the spec.</summary>
    [Id(0)] public required SpecKey Backend { get; init; }

    /// <summary>The volume.</summary>
    [Id(1)] public required VolumeId Volume { get; init; }

    /// <summary>The generation.</summary>
    [Id(2)] public required long Generation { get; init; }

    /// <summary>Where its blocks are.</summary>
    [Id(3)] public VolumeKind Kind { get; init; } = VolumeKind.Crucible;

    /// <summary>Its size (kinds file and memory); 0 when not known: then a missing file is an error.</summary>
    [Id(4)] public long SizeBytes { get; init; }

    /// <summary>Bytes a block.</summary>
    [Id(5)] public int BlockSize { get; init; } = 512;
}
