using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Firmware;
using Propolis.Vmm.Firmware.Acpi;

namespace Propolis.Vmm.Tests.Firmware.Acpi;

public sealed class DsdtTests
{
    const ulong Gib = 1UL << 30;

    static readonly AcpiSettings Settings = new() { Memory = MemoryLayout.For(8 * Gib), VcpuCount = 3, HasPvpanic = true };

    [Fact]
    public void Devices_are_where_a_guest_looks_for_them()
    {
        var walker = AmlWalker.Walk(Dsdt.Encode(Settings));

        var devices = walker.Objects.Where(o => o.Value is "device" && walker.Objects.ContainsKey($"{o.Key}._HID")).ToDictionary(o => o.Key, o => Identity(walker, o.Key));
        Assert.Equal("ACPI0007", devices["\\_SB_.C002"]);
        Assert.Equal("PNP0A03", devices["\\_SB_.PCI0"]);
        Assert.Equal("PNP0C0F", devices["\\_SB_.LNKD"]);
        Assert.Equal(
            ["PNP0501", "PNP0501", "PNP0501", "PNP0501", "PNP0C04", "PNP0303", "PNP0C02", "PNP0F13", "QEMU0001", "PNP0000", "PNP0B00", "PNP0800", "PNP0100"],
            devices.Where(d => d.Key.StartsWith("\\_SB_.PCI0.ISA_.", StringComparison.Ordinal)).OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => d.Value));
        Assert.Equal(0x1_0000UL, walker.Objects["\\_SB_.PCI0.ISA_._ADR"]);
    }

    [Fact]
    public void Every_name_that_is_used_exists()
    {
        var walker = AmlWalker.Walk(Dsdt.Encode(Settings with { HasEcam = true }));

        Assert.NotEmpty(walker.References);
        Assert.DoesNotContain(null, walker.References.Select(r => walker.Resolve(r.Scope, r.Name)));
    }

    [Fact]
    public void Routing_covers_all_pins_as_the_board_is_wired()
    {
        var routing = (object?[])AmlWalker.Walk(Dsdt.Encode(Settings)).Objects["\\_SB_.PCI0._PRT"];

        Assert.Equal(128, routing.Length);
        Assert.Equal((0x0000_ffffUL, 0UL, "LNKD", 0UL), Route(routing[0]));
        Assert.Equal((0x0000_ffffUL, 1UL, "LNKA", 0UL), Route(routing[1]));
        Assert.Equal((0x0004_ffffUL, 0UL, "LNKD", 0UL), Route(routing[16]));
        Assert.Equal((0x001f_ffffUL, 3UL, "LNKB", 0UL), Route(routing[127]));
    }

    [Fact]
    public void Windows_lie_between_memory_and_chips()
    {
        var windows = Descriptors((byte[])AmlWalker.Walk(Dsdt.Encode(Settings)).Objects["\\_SB_.PCI0._CRS"]);

        Assert.Equal(
            ["bus 0-ff", "io cf8-cff", "ports 0-cf7", "ports d00-ffff", "memory a0000-bffff", "memory c0000000-febfffff", "memory 240000000-ffffffffff"], windows);
    }

    [Fact]
    public void Ecam_splits_the_window_and_is_claimed()
    {
        var walker = AmlWalker.Walk(Dsdt.Encode(Settings with { HasEcam = true }));

        var windows = Descriptors((byte[])walker.Objects["\\_SB_.PCI0._CRS"]);
        Assert.Contains("memory c0000000-dfffffff", windows);
        Assert.Contains("memory f0000000-febfffff", windows);
        Assert.Equal(["memory32 e0000000-efffffff"], Descriptors((byte[])walker.Objects["\\_SB_.ECAM._CRS"]));
        Assert.Equal("PNP0A08", Identity(walker, "\\_SB_.PCI0"));
    }

    [Fact]
    public void Links_offer_the_level_interrupts()
    {
        var walker = AmlWalker.Walk(Dsdt.Encode(Settings));

        Assert.Equal(["interrupts 5 10 11"], Descriptors((byte[])walker.Objects["\\_SB_.LNKB._PRS"]));
        Assert.All(["_STA", "_DIS", "_CRS", "_SRS"], m => Assert.Equal("method", walker.Objects[$"\\_SB_.LNKB.{m}"]));
    }

    [Fact]
    public void Serial_ports_have_their_ports_and_interrupts()
    {
        var walker = AmlWalker.Walk(Dsdt.Encode(Settings with { SerialPorts = [1, 2] }));

        Assert.Equal(["io 3f8-3ff", "irq 10"], Descriptors((byte[])walker.Objects["\\_SB_.PCI0.ISA_.COM1._CRS"]));
        Assert.Equal(["io 2f8-2ff", "irq 8"], Descriptors((byte[])walker.Objects["\\_SB_.PCI0.ISA_.COM2._CRS"]));
        Assert.DoesNotContain("\\_SB_.PCI0.ISA_.COM3", walker.Objects.Keys);
    }

    [Fact]
    public void Soft_off_is_sleep_type_0() =>
        Assert.Equal([0UL, 0UL, 0UL, 0UL], (object?[])AmlWalker.Walk(Dsdt.Encode(Settings)).Objects["\\_S5_"]);

    [Fact]
    public void Tables_of_any_machine_decode() =>
        Prop.ForAll(Machines().ToArbitrary(), settings =>
        {
            var walker = AmlWalker.Walk(Dsdt.Encode(settings));
            return walker.Objects.Count(o => o.Key.StartsWith("\\_SB_.C", StringComparison.Ordinal) && o.Value is "device") == settings.VcpuCount;
        }).QuickCheckThrowOnFailure();

    static Gen<AcpiSettings> Machines() =>
        from cpus in Gen.Choose(1, 254)
        from mebibytes in Gen.Choose(64, 1 << 20)
        from ecam in Gen.Elements(false, true)
        from bits in Gen.Choose(36, 48)
        from ports in Gen.SubListOf(1, 2, 3, 4)
        select new AcpiSettings { Memory = MemoryLayout.For((ulong)mebibytes << 20), VcpuCount = cpus, HasEcam = ecam, PhysicalAddressBits = bits, SerialPorts = [.. ports] };

    static (ulong, ulong, string, ulong) Route(object? entry) => entry is object?[] { Length: 4 } parts
        ? ((ulong)parts[0]!, (ulong)parts[1]!, ((AmlWalker.Reference)parts[2]!).Name, (ulong)parts[3]!)
        : throw new InvalidOperationException("not a route");

    static string Identity(AmlWalker walker, string path) => walker.Objects[$"{path}._HID"] switch
    {
        string text => text,
        ulong id => Letters(BinaryPrimitives.ReverseEndianness((uint)id)),
        var other => other.ToString()!,
    };

    static string Letters(uint id) => $"{(char)('@' + (id >> 26 & 31))}{(char)('@' + (id >> 21 & 31))}{(char)('@' + (id >> 16 & 31))}{id & 0xffff:X4}";

    static List<string> Descriptors(byte[] template)
    {
        List<string> found = [];
        for (var at = 0; template[at] != 0x79;)
        {
            var large = (template[at] & 0x80) != 0;
            var body = template.AsSpan(at + (large ? 3 : 1), large ? BinaryPrimitives.ReadUInt16LittleEndian(template.AsSpan(at + 1)) : template[at] & 7);
            found.Add(Describe(template[at], body));
            at += body.Length + (large ? 3 : 1);
        }
        Assert.Equal(0x79, template[^2]);
        return found;
    }

    static string Describe(byte tag, ReadOnlySpan<byte> body) => tag switch
    {
        0x47 => $"io {U16(body, 1):x}-{U16(body, 1) + body[6] - 1:x}",
        0x22 => $"irq {U16(body, 0):x}",
        0x86 => $"memory32 {U32(body, 1):x}-{U32(body, 1) + U32(body, 5) - 1:x}",
        0x89 => "interrupts " + string.Join(' ', body[2..].ToArray().Where((_, i) => i % 4 == 0)),
        0x88 => Window(body[0], U16(body, 5), U16(body, 7), U16(body, 11)),
        0x87 => Window(body[0], U32(body, 7), U32(body, 11), U32(body, 19)),
        0x8a => Window(body[0], U64(body, 11), U64(body, 19), U64(body, 35)),
        _ => $"unknown {tag:x}",
    };

    static string Window(byte kind, ulong first, ulong last, ulong length)
    {
        Assert.Equal(last - first + 1, length == 0 ? 0x1_0000 : length);
        return $"{kind switch { 0 => "memory", 1 => "ports", _ => "bus" }} {first:x}-{last:x}";
    }

    static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
