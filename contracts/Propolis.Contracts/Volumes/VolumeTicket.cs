namespace Propolis.Contracts.Volumes;

/// <summary>The right to open a volume.</summary>
[GenerateSerializer, Immutable, Alias("propolis.volumes.VolumeTicket")]
public sealed record VolumeTicket
{
    /// <summary>The generation to open it with.</summary>
    [Id(0)] public required long Generation { get; init; }

    /// <summary>What it is.</summary>
    [Id(1)] public required VolumeTemplate Template { get; init; }
}
