namespace Propolis.Contracts.Specs;

/// <summary>bhyve's own interface: the name in CPUID leaf 0x40000000 and nothing more.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.BhyveInterface")]
public sealed record BhyveInterface : GuestHypervisorInterface;
