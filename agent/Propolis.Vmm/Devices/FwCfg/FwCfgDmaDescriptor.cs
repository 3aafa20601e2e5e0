using System.Buffers.Binary;

namespace Propolis.Vmm.Devices.FwCfg;

/// <summary>
/// The 16-byte command that a guest leaves in its memory for the DMA interface (QEMU, docs/specs/fw_cfg, FWCfgDmaAccess); big-endian there.
/// </summary>
/// <param name="Control">What to do; the device answers here, 0 or <see cref="Error"/>.</param>
/// <param name="Length">Bytes to move or to skip.</param>
/// <param name="Address">Guest-physical address of the data.</param>
readonly record struct FwCfgDmaDescriptor(uint Control, uint Length, ulong Address)
{
    /// <summary>Bytes of the descriptor.</summary>
    public const int Size = 16;

    /// <summary>The device's answer to nonsense.</summary>
    public const uint Error = 1;

    const uint ReadBit = 2;
    const uint SkipBit = 4;
    const uint SelectBit = 8;
    const uint WriteBit = 16;

    public bool Selects => (Control & SelectBit) != 0;

    public ushort Key => (ushort)(Control >> 16);

    public bool Reads => (Control & ReadBit) != 0;

    /// <summary>Read goes before write, write before skip, when a guest asks for several.</summary>
    public bool Writes => !Reads && (Control & WriteBit) != 0;

    public bool Skips => !Reads && !Writes && (Control & SkipBit) != 0;

    public static FwCfgDmaDescriptor Decode(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
}
