using System.Buffers.Binary;
using System.Numerics;

namespace Propolis.Vmm.Devices.Flash;

/// <summary>The Common Flash Interface table of the chip (JEDEC JESD68.01, section 2): a x8 device with equal blocks and the Intel command set.</summary>
static class FlashQueryTable
{
    const int ExtendedTable = 0x31;

    /// <summary>The table, indexed by query address; zeroes behind it.</summary>
    public static byte[] Make(int length, int blockLength, int bufferLength)
    {
        var table = new byte[0x40];
        "QRY"u8.CopyTo(table.AsSpan(0x10));
        BinaryPrimitives.WriteUInt16LittleEndian(table.AsSpan(0x13), 1); // Intel/Sharp extended command set
        BinaryPrimitives.WriteUInt16LittleEndian(table.AsSpan(0x15), ExtendedTable);
        table[0x1b] = 0x45; // Vcc from 4.5 V
        table[0x1c] = 0x55; // to 5.5 V
        table[0x1f] = table[0x20] = 7; // word and buffer program: 128 us
        table[0x21] = 10; // block erase: 1 s
        table[0x23] = table[0x24] = table[0x25] = 4; // at most 16 times as long
        table[0x27] = (byte)BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)length));
        table[0x2a] = (byte)BitOperations.Log2((uint)bufferLength);
        table[0x2c] = 1; // one region of equal blocks
        BinaryPrimitives.WriteUInt16LittleEndian(table.AsSpan(0x2d), (ushort)(length / blockLength - 1));
        BinaryPrimitives.WriteUInt16LittleEndian(table.AsSpan(0x2f), (ushort)(blockLength / 256));
        "PRI10"u8.CopyTo(table.AsSpan(ExtendedTable));
        return table;
    }
}
