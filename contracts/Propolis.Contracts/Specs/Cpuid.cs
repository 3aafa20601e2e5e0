using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>CPUID values shown to the guest.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.Cpuid")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Cpuid
{
    /// <summary>Leaves; each (leaf, subleaf) once, in the standard or extended range.</summary>
    [Id(0)] public required EquatableList<CpuidEntry> Entries { get; init; }

    /// <summary>Whose meaning the extended leaves have.</summary>
    [Id(1)] public required CpuidVendor Vendor { get; init; }
}
