using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Instances;

/// <summary>When an instance is started again by itself.</summary>
[GenerateSerializer, Alias("propolis.instances.RestartMode")]
[JsonConverter(typeof(SnakeCaseEnumConverter<RestartMode>))]
public enum RestartMode
{
    /// <summary>Never.</summary>
    Never = 0,

    /// <summary>After a failure, not after the guest powered itself off.</summary>
    OnFailure = 1,
}
