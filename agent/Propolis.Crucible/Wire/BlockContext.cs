using System.Buffers.Binary;
using Propolis.Crucible.Crypto;

namespace Propolis.Crucible.Wire;

/// <summary>What a writer says about one block: its integrity hash and, when encrypted, nonce and tag.</summary>
/// <param name="Hash">XXH64 of the data, or of nonce, tag and ciphertext one behind the other.</param>
/// <param name="Encryption">Nonce and tag, or null for plain data.</param>
public readonly record struct BlockContext(ulong Hash, EncryptionContext? Encryption)
{
    /// <summary>Bytes on the wire without encryption.</summary>
    public const int PlainLength = 9;

    /// <summary>Bytes on the wire with encryption.</summary>
    public const int EncryptedLength = PlainLength + EncryptionContext.Size;

    /// <summary>The integrity hash of <paramref name="data"/> as it is stored, under this encryption context.</summary>
    public static ulong ComputeHash(EncryptionContext? encryption, ReadOnlySpan<byte> data)
    {
        if (encryption is not { } context)
            return XxHash64.Hash(data);
        var hash = XxHash64.Start();
        hash.Append(context);
        hash.Append(data);
        return hash.Digest();
    }

    /// <summary>Encodes into <paramref name="target"/> and returns the bytes used.</summary>
    public int Encode(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target, Hash);
        target[8] = Encryption.HasValue ? (byte)1 : (byte)0;
        if (Encryption is not { } context)
            return PlainLength;
        ((ReadOnlySpan<byte>)context).CopyTo(target[PlainLength..]);
        return EncryptedLength;
    }

    /// <summary>Takes the first context off <paramref name="encoded"/>; false when it is not whole or not well formed.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> encoded, out BlockContext context)
    {
        context = default;
        if (encoded.Length < PlainLength || encoded[8] > 1 || (encoded[8] == 1 && encoded.Length < EncryptedLength))
            return false;
        EncryptionContext? encryption = encoded[8] == 1 ? EncryptionContext.From(encoded[PlainLength..]) : null;
        context = new BlockContext(BinaryPrimitives.ReadUInt64LittleEndian(encoded), encryption);
        encoded = encoded[(encryption.HasValue ? EncryptedLength : PlainLength)..];
        return true;
    }
}
