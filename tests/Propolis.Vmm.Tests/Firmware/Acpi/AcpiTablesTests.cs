using System.Buffers.Binary;
using System.Text;
using Propolis.Vmm.Firmware;
using Propolis.Vmm.Firmware.Acpi;

namespace Propolis.Vmm.Tests.Firmware.Acpi;

public sealed class AcpiTablesTests
{
    const uint Base = 0xe_1000;

    static readonly AcpiTables Tables = new(new AcpiSettings { Memory = MemoryLayout.For(1UL << 30), VcpuCount = 254, HasEcam = true });

    [Fact]
    public void Root_pointer_leads_to_every_table()
    {
        var (tables, root) = Tables.PlaceAt(Base);

        Assert.Equal("RSD PTR ", Encoding.ASCII.GetString(root, 0, 8));
        Assert.Equal(0, Sum(root.AsSpan(0, 20)));
        Assert.Equal(0, Sum(root));
        string[] expected = ["FACP", "APIC", "WAET", "MCFG"];
        Assert.Equal(expected, Listed(tables, BinaryPrimitives.ReadUInt32LittleEndian(root.AsSpan(16)), "RSDT", 4));
        Assert.Equal(expected, Listed(tables, (uint)BinaryPrimitives.ReadUInt64LittleEndian(root.AsSpan(24)), "XSDT", 8));
    }

    [Fact]
    public void Fadt_leads_to_facs_and_dsdt()
    {
        var (tables, _) = Tables.PlaceAt(Base);
        var fadt = Find(tables, "FACP");

        var facs = tables.AsSpan((int)(BinaryPrimitives.ReadUInt32LittleEndian(fadt.AsSpan(36)) - Base));
        Assert.Equal("FACS", Encoding.ASCII.GetString(facs[..4]));
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32LittleEndian(fadt.AsSpan(36)) % 64);
        var dsdt = BinaryPrimitives.ReadUInt32LittleEndian(fadt.AsSpan(40));
        Assert.Equal("DSDT", Signature(tables, dsdt));
        Assert.Equal(dsdt, BinaryPrimitives.ReadUInt64LittleEndian(fadt.AsSpan(140)));
        Assert.Equal((9, 0xb000u, 0xb008u), (BinaryPrimitives.ReadUInt16LittleEndian(fadt.AsSpan(46)), BinaryPrimitives.ReadUInt32LittleEndian(fadt.AsSpan(56)), BinaryPrimitives.ReadUInt32LittleEndian(fadt.AsSpan(76))));
        Assert.Equal((0xcf9UL, 6), (BinaryPrimitives.ReadUInt64LittleEndian(fadt.AsSpan(120)), fadt[128]));
    }

    [Fact]
    public void Every_processor_has_a_local_apic()
    {
        var madt = Find(Tables.PlaceAt(Base).Tables, "APIC");
        List<byte[]> entries = [];
        for (var at = 44; at < madt.Length; at += madt[at + 1]) entries.Add(madt[at..(at + madt[at + 1])]);

        Assert.Equal(Enumerable.Range(0, 254), entries.Where(e => e[0] == 0).Select(e => (int)e[3]));
        Assert.Equal("010c02000000c0fe00000000", Convert.ToHexStringLower(entries.Single(e => e[0] == 1)));
        Assert.Equal(
            ["0->2 0", "5->5 13", "9->9 13", "10->10 13", "11->11 13"],
            entries.Where(e => e[0] == 2).Select(e => $"{e[3]}->{BinaryPrimitives.ReadUInt32LittleEndian(e.AsSpan(4))} {e[8]}"));
        Assert.Equal("0406ff000001", Convert.ToHexStringLower(entries.Single(e => e[0] == 4)));
    }

    [Fact]
    public void Machine_without_ecam_has_no_mcfg()
    {
        var tables = new AcpiTables(new AcpiSettings { Memory = MemoryLayout.For(1UL << 30), VcpuCount = 1 });

        Assert.DoesNotContain("MCFG", Encoding.Latin1.GetString(tables.Tables.Span));
    }

    [Fact]
    public void Firmware_that_follows_the_script_gets_the_same_bytes()
    {
        const uint rootAt = 0xf_0000;
        var expected = Tables.PlaceAt(Base);
        var files = new Dictionary<string, byte[]>
        {
            ["etc/acpi/tables"] = Tables.Tables.ToArray(),
            ["etc/acpi/rsdp"] = Tables.RootPointer.ToArray(),
        };
        var places = new Dictionary<string, uint> { ["etc/acpi/tables"] = Base, ["etc/acpi/rsdp"] = rootAt };

        var allocated = RunScript(TableLoaderScript.Encode(Tables), files, places);

        Assert.Equal(["etc/acpi/rsdp 16 2", "etc/acpi/tables 64 1"], allocated);
        Assert.Equal(Convert.ToHexStringLower(expected.Tables), Convert.ToHexStringLower(files["etc/acpi/tables"]));
        Assert.Equal(Convert.ToHexStringLower(expected.RootPointer), Convert.ToHexStringLower(files["etc/acpi/rsdp"]));
    }

    static List<string> RunScript(byte[] script, Dictionary<string, byte[]> files, Dictionary<string, uint> places)
    {
        Assert.Equal(0, script.Length % 128);
        List<string> allocated = [];
        foreach (var record in script.Chunk(128))
        {
            var file = Name(record, 4);
            switch (BinaryPrimitives.ReadUInt32LittleEndian(record))
            {
                case 1: allocated.Add($"{file} {Int(record, 60)} {record[64]}"); break;
                case 2: Patch(files[file].AsSpan(Int(record, 116), record[120]), places[Name(record, 60)]); break;
                case 3:
                    files[file][Int(record, 60)] -= Sum(files[file].AsSpan(Int(record, 64), Int(record, 68)));
                    break;
                case var other: Assert.Fail($"Unknown command {other}."); break;
            }
        }
        return allocated;
    }

    static void Patch(Span<byte> place, uint address)
    {
        Assert.True(place.Length is 4 or 8);
        if (place.Length == 4) BinaryPrimitives.WriteUInt32LittleEndian(place, BinaryPrimitives.ReadUInt32LittleEndian(place) + address);
        else BinaryPrimitives.WriteUInt64LittleEndian(place, BinaryPrimitives.ReadUInt64LittleEndian(place) + address);
    }

    static IEnumerable<string> Listed(byte[] tables, uint address, string signature, int width)
    {
        Assert.Equal(signature, Signature(tables, address));
        var table = Table(tables, address);
        for (var at = 36; at < table.Length; at += width)
        {
            var entry = BinaryPrimitives.ReadUInt32LittleEndian(table.AsSpan(at));
            Assert.Equal(0, Sum(Table(tables, entry)));
            yield return Signature(tables, entry);
        }
    }

    static byte[] Find(byte[] tables, string signature)
    {
        for (var at = 0; at < tables.Length; at += 16)
        {
            if (Signature(tables, Base + (uint)at) == signature) return Table(tables, Base + (uint)at);
        }
        throw new InvalidOperationException($"no {signature}");
    }

    static byte[] Table(byte[] tables, uint address) => tables.AsSpan((int)(address - Base), Int(tables, (int)(address - Base) + 4)).ToArray();

    static string Signature(byte[] tables, uint address) => Encoding.ASCII.GetString(tables, (int)(address - Base), 4);

    static string Name(byte[] record, int at) => Encoding.ASCII.GetString(record, at, 56).TrimEnd('\0');

    static int Int(byte[] bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));

    static byte Sum(ReadOnlySpan<byte> bytes)
    {
        byte sum = 0;
        foreach (var value in bytes) sum += value;
        return sum;
    }
}
