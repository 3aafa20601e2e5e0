using System.Security.Cryptography;
using System.Text.Json;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Specs;

namespace Propolis.Server.Migrations;

/// <summary>Stands for what must be the same in the specs of both sides: everything but what is behind disks and network cards, and devices of tests.</summary>
static class SpecFingerprint
{
    /// <summary>The fingerprint.</summary>
    public static string Of(InstanceSpec spec)
    {
        var kept = spec with { Components = new SpecComponents(spec.Components.Where(entry => !IsReplaceable(entry.Value))) };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(kept, PropolisJson.Options)));
    }

    static bool IsReplaceable(Component component) => SpecRules.IsStorage(component) || component is VirtioNetworkBackend or MigrationFailureInjector;
}
