using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Migrations;

/// <summary>One end of a migration.</summary>
[GenerateSerializer, Alias("propolis.migrations.MigrationSide")]
[JsonConverter(typeof(SnakeCaseEnumConverter<MigrationSide>))]
public enum MigrationSide
{
    /// <summary>Where the guest was.</summary>
    Source = 0,

    /// <summary>Where it goes.</summary>
    Target = 1,
}
