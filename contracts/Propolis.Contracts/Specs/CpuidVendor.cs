using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>Whose meaning CPUID leaves in the extended range have.</summary>
[GenerateSerializer, Alias("propolis.specs.CpuidVendor")]
[JsonConverter(typeof(SnakeCaseEnumConverter<CpuidVendor>))]
public enum CpuidVendor
{
    /// <summary>AMD.</summary>
    Amd = 0,

    /// <summary>Intel.</summary>
    Intel = 1,
}
