using System.Text.Json;
using System.Text.Json.Serialization;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Volumes;

/// <summary>What a volume is made of, as JSON of the original: the field <c>type</c> tells the kinds apart.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(VolumeRequest), "volume")]
[JsonDerivedType(typeof(RegionRequest), "region")]
[JsonDerivedType(typeof(FileRequest), "file")]
[JsonDerivedType(typeof(UrlRequest), "url")]
public abstract record VolumeConstructionRequest
{
    static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowOutOfOrderMetadataProperties = true,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        MaxDepth = 32,
    };

    /// <summary>Bytes of a block.</summary>
    public required ulong BlockSize { get; init; }

    /// <summary>Reads the JSON.</summary>
    /// <exception cref="CrucibleException">It is not a request; the text says where and what would be right.</exception>
    public static VolumeConstructionRequest Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<VolumeConstructionRequest>(json, Json) ?? throw new JsonException("null is no request");
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new CrucibleException(CrucibleError.Of(CrucibleErrorKind.GenericError, $"not a volume construction request: {error.Message}"));
        }
    }

    /// <summary>Writes the JSON.</summary>
    public string Format() => JsonSerializer.Serialize(this, Json);
}
