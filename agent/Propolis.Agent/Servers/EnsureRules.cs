using System.Security.Cryptography;
using System.Text;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;

namespace Propolis.Agent.Servers;

/// <summary>Turns what a silo asks for into what propolis-server takes.</summary>
static class EnsureRules
{
    /// <summary>The request that makes the VM.</summary>
    /// <param name="instance">Whose.</param>
    /// <param name="request">What the silo asks for.</param>
    /// <param name="spec">The spec with its disks as they are on this sled.</param>
    /// <param name="sled">The sled, for labels.</param>
    public static InstanceEnsureRequest Ensure(InstanceId instance, VmmEnsureRequest request, InstanceSpec spec, SledLabels sled) => new()
    {
        Properties = new InstanceProperties
        {
            Id = UuidOf(instance.Value, InstanceId.Prefix),
            Name = request.Name,
            Description = $"{request.Name} of {request.Project}",
            Metadata = new InstanceMetadata
            {
                SiloId = Guid.Empty,
                ProjectId = UuidOf(request.Project, ""),
                SledId = UuidOf(sled.Sled.Value, SledId.Prefix),
                SledSerial = sled.Serial,
                SledRevision = 0,
                SledModel = sled.Model,
            },
        },
        Init = new SpecInitialization { Spec = spec },
    };

    /// <summary>The request that makes a VM which waits for its guest to be sent.</summary>
    /// <param name="instance">Whose.</param>
    /// <param name="request">What the silo asks for; it has a source.</param>
    /// <param name="spec">The spec with its disks as they are on this sled.</param>
    /// <param name="sled">The sled, for labels.</param>
    public static MigrationReceiveRequest Receive(InstanceId instance, VmmEnsureRequest request, InstanceSpec spec, SledLabels sled) => new()
    {
        MigrationId = UuidOf(request.Source!.Migration.Value, MigrationId.Prefix),
        Properties = Ensure(instance, request, spec, sled).Properties,
        Spec = spec,
    };

    /// <summary>The order to send a guest.</summary>
    /// <param name="request">What the silo asks for.</param>
    public static MigrationSendRequest Send(VmmMigrateRequest request) => new()
    {
        MigrationId = UuidOf(request.Migration.Value, MigrationId.Prefix),
        TargetAddress = request.TargetAddress,
        Policy = request.Policy,
    };

    /// <summary>An id as a UUID: its own where it is one, else one made of its text, always the same.</summary>
    public static Guid UuidOf(string text, string prefix)
    {
        if (text.StartsWith(prefix, StringComparison.Ordinal) && Guid.TryParse(text.AsSpan(prefix.Length), out var own))
            return own;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        // RFC 9562: version 8 (made by a rule of one's own), variant 1.
        hash[6] = (byte)(hash[6] & 0x0F | 0x80);
        hash[8] = (byte)(hash[8] & 0x3F | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
