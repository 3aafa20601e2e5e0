using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Ids;

/// <summary>Names one volume; its text is the key of the volume's grain.</summary>
[GenerateSerializer, Immutable, Alias("propolis.ids.VolumeId")]
[JsonConverter(typeof(EntityIdConverter<VolumeId>))]
public readonly record struct VolumeId : IEntityId<VolumeId>
{
    /// <inheritdoc/>
    public static string Prefix => "vol-";

    /// <inheritdoc/>
    [Id(0)] public string Value { get; init; }

    /// <inheritdoc/>
    public static VolumeId Make(string value) => new() { Value = value };

    /// <summary>The text.</summary>
    public override string ToString() => Value;
}
