using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Migrations;

/// <summary>The one decision of a migration, as both sides hear it.</summary>
[GenerateSerializer, Alias("propolis.migrations.MigrationVerdict")]
[JsonConverter(typeof(SnakeCaseEnumConverter<MigrationVerdict>))]
public enum MigrationVerdict
{
    /// <summary>Not decided yet: stay paused and ask again.</summary>
    Undecided = 0,

    /// <summary>The guest runs on the target from now on; the source never lets it run again.</summary>
    Commit = 1,

    /// <summary>The guest runs on at the source; the target is thrown away.</summary>
    Abort = 2,
}
