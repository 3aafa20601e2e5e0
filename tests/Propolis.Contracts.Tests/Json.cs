using System.Text.Json;
using System.Text.Json.Nodes;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Tests;

/// <summary>Reads documents as the programs do, and compares what they mean.</summary>
static class Json
{
    public static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text, PropolisJson.Options)!;

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, PropolisJson.Options);

    public static T RoundTrips<T>(string text)
    {
        var value = Read<T>(text);
        var written = Write(value);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(text), JsonNode.Parse(written)), $"read:\n{text}\nwritten:\n{written}");
        Assert.Equal(value, Read<T>(written));
        return value;
    }

    public static string Refuses<T>(string text) => Assert.ThrowsAny<JsonException>(() => Read<T>(text)).Message;
}
