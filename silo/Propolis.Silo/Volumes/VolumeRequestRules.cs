using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Propolis.Contracts.Results;

namespace Propolis.Silo.Volumes;

/// <summary>The volume construction request that a VMM opens a Crucible volume with; pure.</summary>
public static class VolumeRequestRules
{
    /// <summary>The request under the volume's present generation; null while its regions are being made, and for other kinds.</summary>
    /// <param name="state">The volume.</param>
    /// <param name="volume">Its key.</param>
    public static string? Request(VolumeState state, string volume)
    {
        if (state.Template.RequestJson is { } given)
            return WithGeneration(given, state.Generation);
        var serving = RegionRules.Serving(state);
        if (!RegionRules.IsPlaced(state.Template) || serving.Count < RegionRules.Count)
            return null;
        var geometry = RegionRules.Geometry(state.Template);
        var id = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(volume)).AsSpan(0, 16));
        return new JsonObject
        {
            ["type"] = "volume",
            ["id"] = id,
            ["block_size"] = state.Template.BlockSize,
            ["sub_volumes"] = new JsonArray(new JsonObject
            {
                ["type"] = "region",
                ["block_size"] = state.Template.BlockSize,
                ["blocks_per_extent"] = geometry.BlocksPerExtent,
                ["extent_count"] = geometry.ExtentCount,
                ["opts"] = new JsonObject
                {
                    ["id"] = id,
                    ["target"] = new JsonArray([.. serving.Select(region => JsonValue.Create(region.Address))]),
                    ["lossy"] = false,
                    ["flush_timeout"] = null,
                    ["key"] = state.EncryptionKey,
                    ["cert_pem"] = null,
                    ["key_pem"] = null,
                    ["root_cert_pem"] = null,
                    ["control"] = null,
                    ["read_only"] = false,
                },
                ["gen"] = state.Generation,
            }),
            ["read_only_parent"] = null,
        }.ToJsonString();
    }

    /// <summary>The request with another generation for every writable region; parents are left alone.</summary>
    /// <param name="json">The request.</param>
    /// <param name="generation">The generation.</param>
    public static string WithGeneration(string json, long generation)
    {
        var root = JsonNode.Parse(json)!;
        Set(root, generation);
        return root.ToJsonString();
    }

    /// <summary>The request with every encryption key blotted out.</summary>
    /// <param name="json">The request.</param>
    public static string WithoutKeys(string json)
    {
        var root = JsonNode.Parse(json)!;
        return Blot(root) ? root.ToJsonString() : json;
    }

    /// <summary>Why a text is no request; null when it may be one.</summary>
    /// <param name="json">The text.</param>
    public static Refusal? Fault(string json)
    {
        try
        {
            if (JsonNode.Parse(json) is JsonObject root && root["type"] is JsonValue)
                return null;
        }
        catch (JsonException)
        {
        }
        return new() { Code = RefusalCode.Invalid, Detail = "request_json is no volume construction request: it must be a JSON object with a type" };
    }

    static bool Blot(JsonNode? node)
    {
        if (node is not JsonObject part)
            return false;
        var blotted = Blot(part["read_only_parent"]);
        if (part["sub_volumes"] is JsonArray subVolumes)
        {
            foreach (var one in subVolumes)
                blotted |= Blot(one);
        }
        if (part["opts"] is not JsonObject { } options || options["key"] is null)
            return blotted;
        options["key"] = "(not shown)";
        return true;
    }

    static void Set(JsonNode? node, long generation)
    {
        if (node is not JsonObject part)
            return;
        if (part["sub_volumes"] is JsonArray subVolumes)
        {
            foreach (var one in subVolumes)
                Set(one, generation);
        }
        var isReadOnly = part["opts"]?["read_only"]?.GetValueKind() == JsonValueKind.True;
        if ((string?)part["type"] == "region" && !isReadOnly)
            part["gen"] = generation;
    }
}
