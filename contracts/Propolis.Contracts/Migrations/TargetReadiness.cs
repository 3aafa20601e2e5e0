using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Migrations;

/// <summary>What a side that asks for the decision knows of the target.</summary>
[GenerateSerializer, Alias("propolis.migrations.TargetReadiness")]
[JsonConverter(typeof(SnakeCaseEnumConverter<TargetReadiness>))]
public enum TargetReadiness
{
    /// <summary>Nothing: the connection broke first. It may be ready all the same.</summary>
    Unknown = 0,

    /// <summary>It has everything and waits.</summary>
    Ready = 1,

    /// <summary>It could not take the guest over, and never will.</summary>
    Refused = 2,
}
