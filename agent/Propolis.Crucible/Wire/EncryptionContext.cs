using System.Runtime.CompilerServices;

namespace Propolis.Crucible.Wire;

/// <summary>Nonce and tag of one encrypted block, as they travel and are stored: 12 bytes, then 16.</summary>
[InlineArray(Size)]
public struct EncryptionContext : IEquatable<EncryptionContext>
{
    /// <summary>Bytes of both.</summary>
    public const int Size = NonceSize + TagSize;

    const int NonceSize = 12;
    const int TagSize = 16;

    byte _first;

    /// <summary>All bytes, nonce first.</summary>
    public static Span<byte> Bytes(ref EncryptionContext context) => context;

    /// <summary>The nonce in place.</summary>
    public static Span<byte> Nonce(ref EncryptionContext context) => ((Span<byte>)context)[..NonceSize];

    /// <summary>The tag in place.</summary>
    public static Span<byte> Tag(ref EncryptionContext context) => ((Span<byte>)context)[NonceSize..];

    /// <summary>Takes <see cref="Size"/> bytes.</summary>
    public static EncryptionContext From(ReadOnlySpan<byte> bytes)
    {
        EncryptionContext context = default;
        bytes[..Size].CopyTo(context);
        return context;
    }

    /// <inheritdoc/>
    public readonly bool Equals(EncryptionContext other) => ((ReadOnlySpan<byte>)this).SequenceEqual(other);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is EncryptionContext other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(this);
        return hash.ToHashCode();
    }
}
