using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Propolis.Contracts.Serialization;

/// <summary>Reads and writes <see cref="TaggedUnionAttribute"/> types: <c>{tag: NAME, content: {...}}</c>, members in any order.</summary>
public sealed class TaggedUnionConverter : JsonConverterFactory
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) => typeToConvert.GetCustomAttribute<TaggedUnionAttribute>(inherit: false) is not null;

    /// <inheritdoc/>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Typed<>).MakeGenericType(typeToConvert))!;

    sealed class Typed<T> : JsonConverter<T>
        where T : class
    {
        readonly string _tag;
        readonly string _content;
        readonly Dictionary<string, Type> _types = [];
        readonly Dictionary<Type, string> _names = [];

        public Typed()
        {
            var union = typeof(T).GetCustomAttribute<TaggedUnionAttribute>(inherit: false)!;
            (_tag, _content) = (union.Tag, union.Content);
            foreach (var one in typeof(T).GetCustomAttributes<UnionCaseAttribute>(inherit: false))
            {
                _types.Add(one.Name, one.Type);
                _names.Add(one.Type, one.Name);
            }
        }

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw new JsonException($"an object with \"{_tag}\" is needed here");
            if (!root.TryGetProperty(_tag, out var tag) || tag.ValueKind != JsonValueKind.String)
                throw new JsonException($"\"{_tag}\" is missing; it must be one of {string.Join(", ", _types.Keys)}");
            if (!_types.TryGetValue(tag.GetString()!, out var type))
                throw new JsonException($"\"{_tag}\" is \"{tag.GetString()}\"; it must be one of {string.Join(", ", _types.Keys)}");
            RefuseOthers(root);
            return ReadCase(root, type, tag.GetString()!, options);
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString(_tag, _names[value.GetType()]);
            if (!IsUnit(value.GetType(), options))
            {
                writer.WritePropertyName(_content);
                JsonSerializer.Serialize(writer, value, value.GetType(), options);
            }
            writer.WriteEndObject();
        }

        T ReadCase(JsonElement root, Type type, string name, JsonSerializerOptions options)
        {
            if (root.TryGetProperty(_content, out var content))
                return (T?)content.Deserialize(type, options) ?? throw new JsonException($"\"{_content}\" must not be null");
            return IsUnit(type, options)
                ? (T)Activator.CreateInstance(type)!
                : throw new JsonException($"\"{_content}\" is missing beside \"{_tag}\": \"{name}\"");
        }

        void RefuseOthers(JsonElement root)
        {
            foreach (var member in root.EnumerateObject())
            {
                if (member.Name != _tag && member.Name != _content)
                    throw new JsonException($"\"{member.Name}\" is not known here; only \"{_tag}\" and \"{_content}\" are");
            }
        }

        static bool IsUnit(Type type, JsonSerializerOptions options) =>
            options.GetTypeInfo(type) is { Kind: System.Text.Json.Serialization.Metadata.JsonTypeInfoKind.Object, Properties.Count: 0 };
    }
}
