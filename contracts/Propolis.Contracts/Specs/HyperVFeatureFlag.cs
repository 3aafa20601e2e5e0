using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>Hyper-V enlightenments that need no settings of their own.</summary>
[GenerateSerializer, Alias("propolis.specs.HyperVFeatureFlag")]
[JsonConverter(typeof(SnakeCaseEnumConverter<HyperVFeatureFlag>))]
public enum HyperVFeatureFlag
{
    /// <summary>The reference TSC page.</summary>
    ReferenceTsc = 0,
}
