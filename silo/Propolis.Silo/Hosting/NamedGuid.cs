using System.Security.Cryptography;
using System.Text;

namespace Propolis.Silo.Hosting;

/// <summary>UUIDs that follow from a text alone, so that whoever repeats a request names the same thing (RFC 9562, version 8: a name-based UUID of our own).</summary>
public static class NamedGuid
{
    /// <summary>The first 16 bytes of the text's SHA-256, with version and variant set.</summary>
    /// <param name="text">The text.</param>
    public static Guid Of(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
