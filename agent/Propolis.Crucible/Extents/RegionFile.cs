using System.Text.Json;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Extents;

/// <summary>Reads and writes <c>region.json</c>, byte for byte as the original does.</summary>
public static class RegionFile
{
    const ulong DatabaseVersion = 1;

    /// <summary>The text of the file.</summary>
    public static string Format(in RegionDefinition definition) =>
        $$"""
        {
          "block_size": {{definition.BlockSize}},
          "extent_size": {
            "value": {{definition.ExtentSize}},
            "shift": {{definition.Shift}}
          },
          "extent_count": {{definition.ExtentCount}},
          "uuid": "{{definition.Uuid}}",
          "encrypted": {{(definition.Encrypted ? "true" : "false")}},
          "database_read_version": {{DatabaseVersion}},
          "database_write_version": {{DatabaseVersion}}
        }

        """;

    /// <summary>Reads the text of the file.</summary>
    /// <exception cref="RegionException">It is not JSON, lacks a field, or describes an impossible region.</exception>
    public static RegionDefinition Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.GetProperty("database_read_version").GetUInt64() != DatabaseVersion)
                throw new RegionException($"region.json has database version {root.GetProperty("database_read_version")}; {DatabaseVersion} is the one known");
            var definition = new RegionDefinition(
                root.GetProperty("block_size").GetUInt64(),
                root.GetProperty("extent_size").GetProperty("value").GetUInt64(),
                root.GetProperty("extent_count").GetUInt32(),
                root.GetProperty("uuid").GetGuid(),
                root.TryGetProperty("encrypted", out var encrypted) && encrypted.GetBoolean());
            return definition.Check() is { } problem ? throw new RegionException($"region.json: {problem}") : definition;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new RegionException($"region.json is not a region definition: {error.Message}", error);
        }
    }
}
