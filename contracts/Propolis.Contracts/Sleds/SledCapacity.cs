namespace Propolis.Contracts.Sleds;

/// <summary>What a sled can hold.</summary>
[GenerateSerializer, Immutable, Alias("propolis.sleds.SledCapacity")]
public sealed record SledCapacity
{
    /// <summary>Virtual processors, overcommit included.</summary>
    [Id(0)] public required int Cpus { get; init; }

    /// <summary>Guest memory in MiB.</summary>
    [Id(1)] public required long MemoryMb { get; init; }
}
