using System.Text.Json;
using Propolis.Contracts.Serialization;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Storage;

/// <summary>Records as text and back. Bodies name no types of ours; members unknown to an older silo are kept out of its way by the format number.</summary>
public static class EntityCodec
{
    /// <summary>The form that is written now.</summary>
    public const int Format = 1;

    /// <summary>A record for the store.</summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="kind">The alias of the grain's interface.</param>
    /// <param name="key">The grain's key.</param>
    /// <param name="state">The record.</param>
    public static StoredEntity Encode<T>(string kind, string key, T state)
        where T : EntityRecord
    {
        var body = JsonSerializer.Serialize(state, PropolisJson.Options);
        return new() { Key = key, Kind = kind, Version = state.Version, Format = Format, Body = body, Sum = Checksum(body) };
    }

    /// <summary>A record from the store.</summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="stored">What the store gave.</param>
    /// <exception cref="StoreException">It is damaged, or from a later version.</exception>
    public static T Decode<T>(StoredEntity stored)
        where T : EntityRecord
    {
        if (stored.Sum != Checksum(stored.Body))
            throw new StoreException($"the record of {stored.Key} is damaged: its check sum does not match");
        if (stored.Format > Format)
            throw new StoreException($"the record of {stored.Key} has format {stored.Format}; this version reads up to {Format}");
        try
        {
            return JsonSerializer.Deserialize<T>(stored.Body, PropolisJson.Options)! with { Version = stored.Version };
        }
        catch (JsonException e)
        {
            throw new StoreException($"the record of {stored.Key} cannot be read", e);
        }
    }

    /// <summary>FNV-1a, 64 bits, over the characters.</summary>
    /// <param name="text">The text.</param>
    /// <param name="more">Text behind it.</param>
    public static long Checksum(ReadOnlySpan<char> text, ReadOnlySpan<char> more = default) => unchecked((long)Sum(Sum(14695981039346656037UL, text), more));

    static ulong Sum(ulong sum, ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            sum = (sum ^ c) * 1099511628211UL;
        return sum;
    }
}
