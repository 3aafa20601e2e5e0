using System.Buffers.Binary;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Extents;

/// <summary>One of the two stored contexts of a block: what the writer said, and a hash of the data as stored.</summary>
/// <param name="Context">What the writer said.</param>
/// <param name="StoredHash">XXH64 of the bytes on disk; finds the right slot after a crash.</param>
/// <param name="FlushId">Low bits of the flush number at the time.</param>
public readonly record struct ContextSlot(BlockContext Context, ulong StoredHash, ushort FlushId)
{
    /// <summary>Bytes in the file, zero padded.</summary>
    public const int Size = 48;

    /// <summary>Encodes into <see cref="Size"/> bytes.</summary>
    public void Encode(Span<byte> target)
    {
        target[..Size].Clear();
        target[0] = 1;
        var length = 1 + Context.Encode(target[1..]);
        BinaryPrimitives.WriteUInt64LittleEndian(target[length..], StoredHash);
        BinaryPrimitives.WriteUInt16LittleEndian(target[(length + 8)..], FlushId);
    }

    /// <summary>Decodes. Empty slots give true and null; anything torn gives false.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, out ContextSlot? slot)
    {
        slot = null;
        if (source[0] != 1)
            return source[0] == 0;
        var rest = source[1..Size];
        if (!BlockContext.TryTake(ref rest, out var context) || rest.Length < 10)
            return false;
        slot = new(context, BinaryPrimitives.ReadUInt64LittleEndian(rest), BinaryPrimitives.ReadUInt16LittleEndian(rest[8..]));
        return true;
    }
}
