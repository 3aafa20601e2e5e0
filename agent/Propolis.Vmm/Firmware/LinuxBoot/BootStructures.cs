using System.Buffers.Binary;

namespace Propolis.Vmm.Firmware.LinuxBoot;

/// <summary>Encodes what a kernel finds in memory at its 64-bit entry: boot_params, GDT, page tables (Linux, Documentation/arch/x86/boot.rst and zero-page.rst).</summary>
public static class BootStructures
{
    /// <summary>Most E820 entries in boot_params.</summary>
    public const int MaxE820Entries = 128;

    const int PageSize = 4096;
    const ulong Present = 1;
    const ulong Writable = 2;
    const ulong LargePage = 0x80;

    /// <summary>Null, unused, 64-bit code at selector 0x10, data at 0x18; both flat.</summary>
    public static byte[] Gdt() => Qwords([0, 0, 0x00af_9b00_0000_ffff, 0x00cf_9300_0000_ffff]);

    /// <summary>Six pages at <paramref name="address"/> that map the first 4 GiB to themselves with pages of 2 MiB.</summary>
    public static byte[] PageTables(ulong address)
    {
        var entries = new ulong[6 * 512];
        entries[0] = address + PageSize | Present | Writable;
        for (var i = 0; i < 4; i++) entries[512 + i] = address + (ulong)(2 + i) * PageSize | Present | Writable;
        for (var i = 0; i < 4 * 512; i++) entries[2 * 512 + i] = (ulong)i << 21 | Present | Writable | LargePage;
        return Qwords(entries);
    }

    /// <summary>The zero page: the kernel's setup header (<paramref name="setup"/>, from offset 0x1F1) with the loader's answers filled in.</summary>
    public static byte[] BootParams(ReadOnlySpan<byte> setup, LinuxBootPlan plan, IReadOnlyList<E820Entry> map, ulong rootPointer)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(map.Count, MaxE820Entries);
        var page = new byte[PageSize];
        setup.CopyTo(page.AsSpan(BzImageHeader.HeaderOffset));
        BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(0x070), rootPointer);
        page[0x1e8] = (byte)map.Count;
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(0x1fa), 0xffff); // video mode "normal"
        page[0x210] = 0xff; // a loader without a number
        Dword(page, 0x218, plan.Initrd.Start);
        Dword(page, 0x21c, plan.Initrd.Length);
        Dword(page, 0x228, LinuxBootPlan.CommandLineAddress);
        E820Map.Encode(map).CopyTo(page.AsSpan(0x2d0));
        return page;
    }

    static void Dword(byte[] page, int offset, ulong value) => BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(offset), checked((uint)value));

    static byte[] Qwords(ReadOnlySpan<ulong> values)
    {
        var bytes = new byte[values.Length * 8];
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * 8), values[i]);
        return bytes;
    }
}
