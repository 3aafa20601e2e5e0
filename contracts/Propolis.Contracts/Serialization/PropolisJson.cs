using System.Text.Json;
using System.Text.Json.Serialization;

namespace Propolis.Contracts.Serialization;

/// <summary>The one JSON dialect of every interface: snake case, absent instead of null, no unknown enum numbers.</summary>
public static class PropolisJson
{
    /// <summary>The options; they do not change.</summary>
    public static JsonSerializerOptions Options { get; } = Make();

    /// <summary>Sets other options, such as a web host's, to this dialect.</summary>
    /// <param name="options">What to change.</param>
    public static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.AllowOutOfOrderMetadataProperties = true;
        options.RespectNullableAnnotations = true;
    }

    static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions();
        Apply(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
