using System.Security.Cryptography;
using System.Text;
using Propolis.Contracts.Ids;

namespace Propolis.Silo.Rest;

/// <summary>
/// Ids of things that requests make. They follow from the operation id alone, so that a repeated request finds what the first one made, at any silo
/// and without a table of requests.
/// </summary>
public static class NewIds
{
    /// <summary>The id of what an operation makes.</summary>
    /// <typeparam name="T">The kind of id.</typeparam>
    /// <param name="operationId">The operation.</param>
    public static T For<T>(string operationId)
        where T : struct, IEntityId<T>
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{T.Prefix}:{operationId}"), hash);
        // RFC 9562: version 8, a name-based UUID of our own.
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return EntityId.From<T>(new Guid(hash[..16], bigEndian: true));
    }
}
