using System.Text.Json;
using System.Text.Json.Serialization;

namespace Propolis.Contracts.Serialization;

/// <summary>Maps are JSON objects; a name that comes twice is refused.</summary>
public sealed class EquatableMapConverter : JsonConverterFactory
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) => MapType(typeToConvert) is not null;

    /// <inheritdoc/>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Typed<,,>).MakeGenericType([typeToConvert, .. MapType(typeToConvert)!.GetGenericArguments()]))!;

    static Type? MapType(Type? type)
    {
        while (type is not null && !(type.IsGenericType && type.GetGenericTypeDefinition() == typeof(EquatableMap<,>)))
            type = type.BaseType;
        return type;
    }

    sealed class Typed<TMap, TKey, TValue> : JsonConverter<TMap>
        where TMap : EquatableMap<TKey, TValue>
        where TKey : notnull
    {
        public override TMap Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new JsonException("an object is needed here");
            var keys = (JsonConverter<TKey>)options.GetConverter(typeof(TKey));
            var entries = new Dictionary<TKey, TValue>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var key = keys.ReadAsPropertyName(ref reader, typeof(TKey), options);
                reader.Read();
                var value = JsonSerializer.Deserialize<TValue>(ref reader, options) ?? throw new JsonException($"\"{key}\" must not be null");
                if (!entries.TryAdd(key, value))
                    throw new JsonException($"\"{key}\" is there twice; each key can be used only once");
            }
            return (TMap)Activator.CreateInstance(typeof(TMap), entries)!;
        }

        public override void Write(Utf8JsonWriter writer, TMap value, JsonSerializerOptions options)
        {
            var keys = (JsonConverter<TKey>)options.GetConverter(typeof(TKey));
            writer.WriteStartObject();
            foreach (var (key, item) in value)
            {
                keys.WriteAsPropertyName(writer, key, options);
                JsonSerializer.Serialize(writer, item, options);
            }
            writer.WriteEndObject();
        }
    }
}
