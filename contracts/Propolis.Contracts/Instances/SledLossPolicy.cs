using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Instances;

/// <summary>When an instance may start elsewhere although its sled is silent.</summary>
[GenerateSerializer, Alias("propolis.instances.SledLossPolicy")]
[JsonConverter(typeof(SnakeCaseEnumConverter<SledLossPolicy>))]
public enum SledLossPolicy
{
    /// <summary>When an operator says the sled is off (expunges it).</summary>
    ConfirmedOff = 0,

    /// <summary>At once: all its disks refuse an older generation.</summary>
    StorageFenced = 1,

    /// <summary>Never: it waits for its sled.</summary>
    Never = 2,
}
