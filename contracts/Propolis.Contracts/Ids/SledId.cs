using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Ids;

/// <summary>Names one sled; its text is the key of the sled's grain.</summary>
[GenerateSerializer, Immutable, Alias("propolis.ids.SledId")]
[JsonConverter(typeof(EntityIdConverter<SledId>))]
public readonly record struct SledId : IEntityId<SledId>
{
    /// <inheritdoc/>
    public static string Prefix => "sled-";

    /// <inheritdoc/>
    [Id(0)] public string Value { get; init; }

    /// <inheritdoc/>
    public static SledId Make(string value) => new() { Value = value };

    /// <summary>The text.</summary>
    public override string ToString() => Value;
}
