using System.Text.Json;
using System.Text.Json.Serialization;
using Propolis.Contracts.Specs;

namespace Propolis.Contracts.Serialization;

/// <summary>Spec keys are strings, as values and as names of members.</summary>
public sealed class SpecKeyConverter : JsonConverter<SpecKey>
{
    /// <inheritdoc/>
    public override SpecKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? new SpecKey(reader.GetString()!) : throw new JsonException("a component's key must be a string");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, SpecKey value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

    /// <inheritdoc/>
    public override SpecKey ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString()!);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, SpecKey value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Value);
}
