using System.Text.Json;
using System.Text.Json.Serialization;

namespace Propolis.Contracts.Serialization;

/// <summary>Bytes as an array of numbers, the way the original writes them (not base 64).</summary>
public sealed class ByteNumbersConverter : JsonConverter<EquatableList<byte>>
{
    /// <inheritdoc/>
    public override EquatableList<byte> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("an array of numbers from 0 to 255 is needed here");
        var bytes = new List<byte>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetByte(out var one))
                throw new JsonException("an array of numbers from 0 to 255 is needed here");
            bytes.Add(one);
        }
        return new EquatableList<byte>(bytes);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, EquatableList<byte> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var one in value.AsSpan())
            writer.WriteNumberValue(one);
        writer.WriteEndArray();
    }
}
