using System.Security.Cryptography;
using System.Text;
using Propolis.Vmm.Net;

namespace Propolis.Standalone.Running;

/// <summary>What a standalone machine shows its guest as its own: made from names, so that it stays the same from run to run.</summary>
static class GuestIdentity
{
    /// <summary>The address of a network card: 02:08:20, locally administered, and three bytes of the names.</summary>
    public static MacAddress MacOf(string machine, string device)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"propolis-standalone/{machine}/{device}"), hash);
        return new MacAddress([0x02, 0x08, 0x20, hash[0], hash[1], hash[2]]);
    }

    /// <summary>The UUID of a name (version 8, RFC 9562).</summary>
    public static Guid Of(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes("propolis-standalone/" + name), hash);
        hash[6] = (byte)(0x80 | (hash[6] & 0x0f));
        hash[8] = (byte)(0x80 | (hash[8] & 0x3f));
        return new Guid(hash[..16], bigEndian: true);
    }
}
