using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Instances;

/// <summary>How the members of a group want to be placed.</summary>
[GenerateSerializer, Alias("propolis.instances.GroupRule")]
[JsonConverter(typeof(SnakeCaseEnumConverter<GroupRule>))]
public enum GroupRule
{
    /// <summary>On different sleds.</summary>
    Apart = 0,

    /// <summary>On one sled.</summary>
    Together = 1,
}
