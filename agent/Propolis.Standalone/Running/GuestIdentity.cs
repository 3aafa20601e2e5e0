using System.Security.Cryptography;
using System.Text;

namespace Propolis.Standalone.Running;

/// <summary>The UUID that a standalone machine shows its guest: made from its name, so that it stays the same from run to run (a version 8 UUID, RFC 9562).</summary>
static class GuestIdentity
{
    /// <summary>The UUID of a name.</summary>
    public static Guid Of(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes("propolis-standalone/" + name), hash);
        hash[6] = (byte)(0x80 | (hash[6] & 0x0f));
        hash[8] = (byte)(0x80 | (hash[8] & 0x3f));
        return new Guid(hash[..16], bigEndian: true);
    }
}
