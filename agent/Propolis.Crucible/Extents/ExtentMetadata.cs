using System.Buffers.Binary;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Extents;

/// <summary>The 32 bytes at the end of a raw extent file.</summary>
/// <param name="Version">Generation, flush number and dirty bit.</param>
/// <param name="BonusSyncCount">Syncs forced by a second write to a block before a flush.</param>
/// <param name="DefragmentCount">How often the original tidied the slots; kept as found.</param>
public readonly record struct ExtentMetadata(ExtentVersion Version, uint BonusSyncCount, uint DefragmentCount)
{
    /// <summary>Bytes in the file; the last three are zero.</summary>
    public const int Size = 32;

    /// <summary>The version of the raw format.</summary>
    public const uint FormatVersion = 2;

    /// <summary>Encodes into <see cref="Size"/> bytes.</summary>
    public void Encode(Span<byte> target)
    {
        target[..Size].Clear();
        target[0] = Version.Dirty ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt64LittleEndian(target[1..], Version.Generation);
        BinaryPrimitives.WriteUInt64LittleEndian(target[9..], Version.FlushNumber);
        BinaryPrimitives.WriteUInt32LittleEndian(target[17..], FormatVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(target[21..], BonusSyncCount);
        BinaryPrimitives.WriteUInt32LittleEndian(target[25..], DefragmentCount);
    }

    /// <summary>Decodes; false when the dirty byte or the format version is not of this format.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, out ExtentMetadata metadata)
    {
        metadata = new(
            new(BinaryPrimitives.ReadUInt64LittleEndian(source[1..]), BinaryPrimitives.ReadUInt64LittleEndian(source[9..]), source[0] == 1),
            BinaryPrimitives.ReadUInt32LittleEndian(source[21..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[25..]));
        return source[0] <= 1 && BinaryPrimitives.ReadUInt32LittleEndian(source[17..]) == FormatVersion;
    }
}
