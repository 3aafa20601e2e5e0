using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Firmware;
using Propolis.Vmm.Firmware.Smbios;

namespace Propolis.Vmm.Tests.Firmware.Smbios;

public sealed class SmbiosTablesTests
{
    const ulong Gib = 1UL << 30;

    static readonly SmbiosSettings Settings = new()
    {
        Memory = MemoryLayout.For(40 * Gib),
        VcpuCount = 6,
        Uuid = new Guid("12345678-9abc-def0-1122-334455667788"),
        Serial = "S-1",
        RomLength = 0x1e_0000,
        IsUefi = true,
        ProcessorVendor = "AuthenticAMD",
        ProcessorBrand = "A brand",
        ProcessorSignature = 0x00a2_0f10,
        ProcessorFeatures = 0x178b_fbff,
    };

    [Fact]
    public void Structures_say_what_the_machine_is()
    {
        var all = Decode(new SmbiosTables(Settings).Structures.Span);

        Assert.Equal([0, 1, 3, 4, 16, 17, 17, 17, 19, 19, 32, 127], all.Select(s => s.Type));
        var system = all.Single(s => s.Type == 1);
        Assert.Equal(("Oxide", "OxVM", "S-1"), (system.Text(4), system.Text(5), system.Text(7)));
        Assert.Equal("78563412bc9af0de1122334455667788", Convert.ToHexStringLower(system.Bytes[8..24]));
        var bios = all.Single(s => s.Type == 0);
        Assert.Equal((0x1d, 0x1c), (bios.Bytes[9], bios.Bytes[19]));
    }

    [Fact]
    public void Processor_is_one_socket_with_all_cores()
    {
        var processor = Decode(new SmbiosTables(Settings).Structures.Span).Single(s => s.Type == 4);

        Assert.Equal(("AuthenticAMD", "A brand"), (processor.Text(7), processor.Text(16)));
        Assert.Equal((6, 6, 6), (processor.Bytes[35], processor.Bytes[36], processor.Bytes[37]));
        Assert.Equal(0x6b, processor.Bytes[6]);
        Assert.Equal(0x178b_fbff_00a2_0f10UL, BinaryPrimitives.ReadUInt64LittleEndian(processor.Bytes.AsSpan(8)));
    }

    [Fact]
    public void Modules_and_ranges_add_up_to_the_memory() =>
        Prop.ForAll(Gen.OneOf(Gen.Choose(1, 1 << 16), Gen.Elements(8 << 20, 4 << 20, (4 << 20) + 1)).ToArbitrary(), mebibytes =>
        {
            var layout = MemoryLayout.For((ulong)mebibytes << 20);
            var all = Decode(new SmbiosTables(Settings with { Memory = layout }).Structures.Span);
            var modules = all.Where(s => s.Type == 17).Sum(s => (long)BinaryPrimitives.ReadUInt16LittleEndian(s.Bytes.AsSpan(12)));
            var ranges = all.Where(s => s.Type == 19).Sum(RangeLength);
            return modules == mebibytes && ranges == (long)mebibytes << 20;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Anchor_describes_the_structures()
    {
        var tables = new SmbiosTables(Settings);
        var anchor = tables.Anchor(0xf_0020);
        var all = Decode(tables.Structures.Span);

        Assert.Equal("_SM_", Encoding.ASCII.GetString(anchor, 0, 4));
        Assert.Equal("_DMI_", Encoding.ASCII.GetString(anchor, 16, 5));
        Assert.Equal((0, 0), ((byte)anchor.Sum(b => b), (byte)anchor.Skip(16).Sum(b => b)));
        Assert.Equal((2, 8), (anchor[6], anchor[7]));
        Assert.Equal(all.Max(s => s.TotalLength), BinaryPrimitives.ReadUInt16LittleEndian(anchor.AsSpan(8)));
        Assert.Equal(tables.Structures.Length, BinaryPrimitives.ReadUInt16LittleEndian(anchor.AsSpan(22)));
        Assert.Equal(0xf_0020u, BinaryPrimitives.ReadUInt32LittleEndian(anchor.AsSpan(24)));
        Assert.Equal(all.Count, BinaryPrimitives.ReadUInt16LittleEndian(anchor.AsSpan(28)));
    }

    [Fact]
    public void Handles_are_unique_and_lead_to_the_array()
    {
        var all = Decode(new SmbiosTables(Settings).Structures.Span);

        Assert.Equal(all.Count, all.Select(s => s.Handle).Distinct().Count());
        var array = all.Single(s => s.Type == 16);
        Assert.Equal(3, BinaryPrimitives.ReadUInt16LittleEndian(array.Bytes.AsSpan(13)));
        Assert.All(all.Where(s => s.Type == 17), m => Assert.Equal(array.Handle, BinaryPrimitives.ReadUInt16LittleEndian(m.Bytes.AsSpan(4))));
    }

    static long RangeLength(Structure range)
    {
        var first = BinaryPrimitives.ReadUInt32LittleEndian(range.Bytes.AsSpan(4));
        if (first == uint.MaxValue)
            return BinaryPrimitives.ReadInt64LittleEndian(range.Bytes.AsSpan(23)) - BinaryPrimitives.ReadInt64LittleEndian(range.Bytes.AsSpan(15)) + 1;
        return ((long)BinaryPrimitives.ReadUInt32LittleEndian(range.Bytes.AsSpan(8)) - first + 1) * 1024;
    }

    static List<Structure> Decode(ReadOnlySpan<byte> bytes)
    {
        List<Structure> found = [];
        while (bytes.Length > 0)
        {
            var length = bytes[1];
            var end = bytes[length..].IndexOf("\0\0"u8) + length + 2;
            found.Add(new Structure(bytes[0], BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]), bytes[..length].ToArray(), Encoding.ASCII.GetString(bytes[length..(end - 1)]).Split('\0'), end));
            bytes = bytes[end..];
        }
        Assert.Equal(127, found[^1].Type);
        return found;
    }

    sealed record Structure(int Type, ushort Handle, byte[] Bytes, string[] Strings, int TotalLength)
    {
        public string Text(int offset) => Bytes[offset] == 0 ? "" : Strings[Bytes[offset] - 1];
    }
}
