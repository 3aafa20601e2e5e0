using System.Text.Json;
using System.Text.Json.Serialization;
using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;

namespace Propolis.Contracts.Serialization;

/// <summary>The value of a present spec is the spec itself.</summary>
public sealed class PresentSpecConverter : JsonConverter<PresentSpec>
{
    /// <inheritdoc/>
    public override PresentSpec Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new() { Spec = JsonSerializer.Deserialize<InstanceSpec>(ref reader, options) ?? throw new JsonException("a spec is needed here") };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, PresentSpec value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Spec, options);
}
