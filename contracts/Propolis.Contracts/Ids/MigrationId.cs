using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Ids;

/// <summary>Names one migration; its text is the key of the migration's grain.</summary>
[GenerateSerializer, Immutable, Alias("propolis.ids.MigrationId")]
[JsonConverter(typeof(EntityIdConverter<MigrationId>))]
public readonly record struct MigrationId : IEntityId<MigrationId>
{
    /// <inheritdoc/>
    public static string Prefix => "mig-";

    /// <inheritdoc/>
    [Id(0)] public string Value { get; init; }

    /// <inheritdoc/>
    public static MigrationId Make(string value) => new() { Value = value };

    /// <summary>The text.</summary>
    public override string ToString() => Value;
}
