using System.Text.Json;
using System.Text.Json.Serialization;
using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Serialization;

/// <summary>Ids are strings.</summary>
/// <typeparam name="T">The id's type.</typeparam>
public sealed class EntityIdConverter<T> : JsonConverter<T>
    where T : struct, IEntityId<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && EntityId.TryParse<T>(reader.GetString(), out var id)
            ? id
            : throw new JsonException($"an id is needed here: \"{T.Prefix}\" and then up to 64 of a-z, 0-9, '-', '_' and '.'");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
