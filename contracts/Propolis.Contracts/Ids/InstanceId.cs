using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Ids;

/// <summary>Names one instance; its text is the key of the instance's grain.</summary>
[GenerateSerializer, Immutable, Alias("propolis.ids.InstanceId")]
[JsonConverter(typeof(EntityIdConverter<InstanceId>))]
public readonly record struct InstanceId : IEntityId<InstanceId>
{
    /// <inheritdoc/>
    public static string Prefix => "inst-";

    /// <inheritdoc/>
    [Id(0)] public string Value { get; init; }

    /// <inheritdoc/>
    public static InstanceId Make(string value) => new() { Value = value };

    /// <summary>The text.</summary>
    public override string ToString() => Value;
}
