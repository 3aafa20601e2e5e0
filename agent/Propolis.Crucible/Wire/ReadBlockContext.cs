using System.Buffers.Binary;

namespace Propolis.Crucible.Wire;

/// <summary>What a replica knows about one block it returns.</summary>
/// <param name="Kind">Which of the fields below counts.</param>
/// <param name="Hash">The hash of plain data.</param>
/// <param name="Encryption">Nonce and tag of encrypted data.</param>
public readonly record struct ReadBlockContext(ReadBlockKind Kind, ulong Hash, EncryptionContext Encryption)
{
    /// <summary>The longest form on the wire.</summary>
    public const int MaxLength = 4 + EncryptionContext.Size;

    /// <summary>A block that was never written.</summary>
    public static ReadBlockContext Empty => default;

    /// <summary>What a read returns for a block stored under <paramref name="context"/>.</summary>
    public static ReadBlockContext Of(in BlockContext context) => context.Encryption is { } encryption
        ? new ReadBlockContext(ReadBlockKind.Encrypted, 0, encryption)
        : new ReadBlockContext(ReadBlockKind.Unencrypted, context.Hash, default);

    /// <summary>Encodes into <paramref name="target"/> and returns the bytes used.</summary>
    public int Encode(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)Kind);
        var encryption = Encryption;
        if (Kind == ReadBlockKind.Unencrypted)
            BinaryPrimitives.WriteUInt64LittleEndian(target[4..], Hash);
        else if (Kind == ReadBlockKind.Encrypted)
            ((ReadOnlySpan<byte>)encryption).CopyTo(target[4..]);
        return LengthOf(Kind);
    }

    /// <summary>Takes the first context off <paramref name="encoded"/>; false when it is not whole or not well formed.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> encoded, out ReadBlockContext context)
    {
        context = default;
        if (encoded.Length < 4)
            return false;
        var kind = (ReadBlockKind)BinaryPrimitives.ReadUInt32LittleEndian(encoded);
        if (kind > ReadBlockKind.Unencrypted || encoded.Length < LengthOf(kind))
            return false;
        context = new ReadBlockContext(
            kind,
            kind == ReadBlockKind.Unencrypted ? BinaryPrimitives.ReadUInt64LittleEndian(encoded[4..]) : 0,
            kind == ReadBlockKind.Encrypted ? EncryptionContext.From(encoded[4..]) : default);
        encoded = encoded[LengthOf(kind)..];
        return true;
    }

    static int LengthOf(ReadBlockKind kind) => kind switch
    {
        ReadBlockKind.Empty => 4,
        ReadBlockKind.Encrypted => MaxLength,
        _ => 12,
    };
}
