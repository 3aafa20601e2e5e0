namespace Propolis.Contracts.Server;

/// <summary>A volume made of others.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.VolumeInfoTree")]
public sealed record VolumeInfoTree
{
    /// <summary>Its parts, in address order.</summary>
    [Id(0)] public required EquatableList<VolumeInfo> SubVolumes { get; init; }

    /// <summary>Where unwritten blocks come from.</summary>
    [Id(1)] public VolumeInfo? ReadOnlyParent { get; init; }
}
