using System.Buffers.Binary;

namespace Propolis.Vmm.Devices.Rtc;

/// <summary>
/// How firmware finds the memory size and processors in CMOS, in QEMU's layout: base memory at 0x15, extended memory in KiB at 0x17 and 0x30, memory above 16 MiB in
/// 64 KiB at 0x34, memory above 4 GiB in 64 KiB at 0x5B, processors but one at 0x5F.
/// </summary>
public static class CmosMemorySize
{
    const ulong KiB = 1024;
    const ulong MiB = 1024 * KiB;
    const ulong Block = 64 * KiB;

    /// <summary>Calls <paramref name="set"/> with register and value for RAM of <paramref name="below4GiB"/> and <paramref name="above4GiB"/> bytes.</summary>
    public static void Describe(ulong below4GiB, ulong above4GiB, int processors, Action<int, byte> set)
    {
        var extended = (ushort)Math.Min(Math.Max(below4GiB, MiB) / KiB - 1024, ushort.MaxValue);
        SetWord(set, 0x15, 640);
        SetWord(set, 0x17, extended);
        SetWord(set, 0x30, extended);
        SetWord(set, 0x34, (ushort)Math.Min((Math.Max(below4GiB, 16 * MiB) - 16 * MiB) / Block, ushort.MaxValue));
        var high = Math.Min(above4GiB / Block, 0xff_ffff);
        SetWord(set, 0x5b, (ushort)high);
        set(0x5d, (byte)(high >> 16));
        set(0x5f, (byte)(processors - 1));
    }

    static void SetWord(Action<int, byte> set, int register, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        set(register, bytes[0]);
        set(register + 1, bytes[1]);
    }
}
