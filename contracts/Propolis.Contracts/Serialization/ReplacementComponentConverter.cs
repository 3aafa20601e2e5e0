using System.Text.Json;
using System.Text.Json.Serialization;
using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;

namespace Propolis.Contracts.Serialization;

/// <summary><c>{"component": NAME, "spec": {...}}</c> for the three types that a migration may replace.</summary>
public sealed class ReplacementComponentConverter : JsonConverter<ReplacementComponent>
{
    static readonly Type[] Replaceable = [typeof(MigrationFailureInjector), typeof(CrucibleStorageBackend), typeof(VirtioNetworkBackend)];

    /// <inheritdoc/>
    public override ReplacementComponent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var root = document.RootElement;
        var name = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("component", out var tag) && tag.ValueKind == JsonValueKind.String
            ? tag.GetString()
            : throw new JsonException("\"component\" is missing in a replacement");
        var type = Array.Find(Replaceable, candidate => candidate.Name == name)
            ?? throw new JsonException($"\"component\" is \"{name}\"; it must be one of {string.Join(", ", Replaceable.Select(candidate => candidate.Name))}");
        if (!root.TryGetProperty("spec", out var spec) || spec.Deserialize(type, options) is not Component component)
            throw new JsonException("\"spec\" is missing in a replacement");
        return new ReplacementComponent { Spec = component };
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ReplacementComponent value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("component", value.Spec.GetType().Name);
        writer.WritePropertyName("spec");
        JsonSerializer.Serialize(writer, value.Spec, value.Spec.GetType(), options);
        writer.WriteEndObject();
    }
}
