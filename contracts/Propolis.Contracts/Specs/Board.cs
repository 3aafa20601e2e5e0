using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>The mainboard (API 5.0.0, <c>Board</c>).</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.Board")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Board
{
    /// <summary>Logical processors.</summary>
    [Id(0)] public required byte Cpus { get; init; }

    /// <summary>Guest memory in MiB.</summary>
    [Id(1)] public required ulong MemoryMb { get; init; }

    /// <summary>The chipset.</summary>
    [Id(2)] public required Chipset Chipset { get; init; }

    /// <summary>The hypervisor that the guest sees; bhyve's own when absent, which is how the default travels.</summary>
    [Id(3)] public GuestHypervisorInterface? GuestHvInterface { get; init; }

    /// <summary>CPUID values shown to the guest; derived from the host when absent.</summary>
    [Id(4)] public Cpuid? Cpuid { get; init; }
}
