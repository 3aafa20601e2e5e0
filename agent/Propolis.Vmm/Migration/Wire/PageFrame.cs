using System.Buffers.Binary;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Migration.Wire;

/// <summary>
/// Head of a frame of a memory connection, 24 bytes: type, three zeroes, length of what follows, guest-physical address, number of pages, number of the pass. One page always
/// takes the same connection, so that an old copy never overtakes a new one.
/// </summary>
readonly record struct PageFrame(PageFrameType Type, int Length, ulong Address, int Pages, int Pass)
{
    /// <summary>Bytes of a head.</summary>
    public const int HeadLength = 24;

    /// <summary>Most bytes that follow a head.</summary>
    public const int MaxLength = MigrationLimits.PagesPerFrame * DirtyBitmap.PageSize;

    /// <summary>Bytes of memory that it stands for.</summary>
    public int MemoryLength => Pages * DirtyBitmap.PageSize;

    /// <summary>Writes the head.</summary>
    public void Write(Span<byte> head)
    {
        head[..HeadLength].Clear();
        head[0] = (byte)Type;
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], Length);
        BinaryPrimitives.WriteUInt64LittleEndian(head[8..], Address);
        BinaryPrimitives.WriteInt32LittleEndian(head[16..], Pages);
        BinaryPrimitives.WriteInt32LittleEndian(head[20..], Pass);
    }

    /// <summary>Reads a head. Null with the reason in <paramref name="fault"/> when no sender of this protocol writes such a one.</summary>
    public static PageFrame? Read(ReadOnlySpan<byte> head, out string fault)
    {
        var frame = new PageFrame(
            (PageFrameType)head[0],
            BinaryPrimitives.ReadInt32LittleEndian(head[4..]),
            BinaryPrimitives.ReadUInt64LittleEndian(head[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(head[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(head[20..]));
        fault = (head[1] | head[2] | head[3]) != 0 ? "a memory frame of a later version" : Fault(frame);
        return fault.Length == 0 ? frame : null;
    }

    static string Fault(PageFrame frame)
    {
        if (!Enum.IsDefined(frame.Type)) return $"a memory frame of type {(int)frame.Type}, which this build does not know";
        if (frame.Type is PageFrameType.PassEnd or PageFrameType.LastPassEnd)
            return frame is { Length: 0, Address: 0, Pages: 0 } ? "" : "an end of a pass that carries pages";
        if (frame.Pages is < 1 or > MigrationLimits.PagesPerFrame) return $"a memory frame of {frame.Pages} pages; 1 to {MigrationLimits.PagesPerFrame} are possible";
        if (frame.Pass < 1) return $"a memory frame of pass {frame.Pass}";
        if (frame.Address % DirtyBitmap.PageSize != 0) return $"pages at 0x{frame.Address:x}, which is not where a page begins";
        var fits = frame.Type switch
        {
            PageFrameType.Raw => frame.Length == frame.MemoryLength,
            PageFrameType.Lz4 => frame.Length > 0 && frame.Length < frame.MemoryLength,
            _ => frame.Length == 0,
        };
        return fits ? "" : $"{frame.Length} bytes for {frame.Pages} pages of type {frame.Type}";
    }
}
