using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Migrations;

/// <summary>What to do with a guest that changes its memory faster than it can be sent.</summary>
[GenerateSerializer, Alias("propolis.migrations.StuckPolicy")]
[JsonConverter(typeof(SnakeCaseEnumConverter<StuckPolicy>))]
public enum StuckPolicy
{
    /// <summary>Pause it all the same, whatever the downtime becomes.</summary>
    BestEffort = 0,

    /// <summary>Give up; the guest stays.</summary>
    Refuse = 1,
}
