using Propolis.Vmm.Devices.FwCfg;
using Propolis.Vmm.Devices.Piix4Pm;
using Propolis.Vmm.Pci;
using static Propolis.Vmm.Firmware.Acpi.Aml;
using static Propolis.Vmm.Firmware.Acpi.AmlResources;

namespace Propolis.Vmm.Firmware.Acpi;

/// <summary>
/// The machine described in AML: processors, the PCI root with its windows and interrupt routing, the devices behind the ISA bridge, sleeping states. The power
/// button is a fixed feature and therefore not here.
/// </summary>
static class Dsdt
{
    const ushort PvpanicPort = 0x505;

    // The FADT and the MADT know these interrupts as level-triggered.
    static readonly uint[] LinkInterrupts = [5, 10, 11];

    static readonly (ushort Port, int Irq)[] Serial = [(0x3f8, 4), (0x2f8, 3), (0x3e8, 4), (0x2e8, 3)];

    public static byte[] Encode(AcpiSettings settings) =>
    [
        .. Scope("\\_SB", [.. Enumerable.Range(0, settings.VcpuCount).Select(Processor), PciRoot(settings), .. EcamWindow(settings)]),
        .. Scope("\\_SB", [.. Enumerable.Range(0, PciInterruptRules.Links).Select(Link)]),
        .. Name("\\_S4", SleepType(2)),
        .. Name("\\_S5", SleepType(0)),
    ];

    static byte[] SleepType(byte type) => Package(Integer(type), Integer(type), Integer(0), Integer(0));

    static byte[] Processor(int id) => Device($"C{id:X3}", Name("_HID", Text("ACPI0007")), Name("_UID", Integer((ulong)id)));

    static byte[] PciRoot(AcpiSettings settings) => Device(
        "PCI0",
        [
            .. Identity(settings),
            Name("_ADR", Integer(0)),
            Name("_UID", Integer(0)),
            Name("_BBN", Integer(0)),
            Name("_CRS", Windows(settings)),
            Name("_PRT", Routing()),
            IsaBridge(settings),
        ]);

    static byte[][] Identity(AcpiSettings settings) => settings.HasEcam
        ? [Name("_HID", EisaId("PNP0A08")), Name("_CID", EisaId("PNP0A03")), FeatureControl()]
        : [Name("_HID", EisaId("PNP0A03"))];

    /// <summary>_OSC of a PCI Express root (PCI Firmware 3.2, section 4.5): the guest gets control of nothing, for there are no ports, slots or error sources.</summary>
    static byte[] FeatureControl() => Method(
        "_OSC", 4, true,
        CreateDWordField(Arg3, 0, "CDW1"),
        If(
            Equal(Arg0, Aml.Buffer(new Guid("33db4d5b-1ff7-401c-9657-7441c03dd766").ToByteArray())),
            CreateDWordField(Arg3, 8, "CDW3"),
            Store(Integer(0), Path("CDW3")),
            Return(Arg3)),
        Store(Or(Path("CDW1"), Integer(4)), Path("CDW1")), // unknown UUID
        Return(Arg3));

    static byte[] Windows(AcpiSettings settings)
    {
        List<byte[]> windows =
        [
            BusNumbers(0, 255),
            Ports(0xcf8, 8),
            PortWindow(0, 0xcf7),
            PortWindow(0xd00, 0xffff),
            MemoryWindow32(0xa_0000, 0xb_ffff),
            .. settings.Windows32.Select(w => MemoryWindow32((uint)w.Start, (uint)(w.End - 1))),
        ];
        if (settings.Window64 is { IsEmpty: false } high) windows.Add(MemoryWindow64(high.Start, high.End - 1));
        return Template([.. windows]);
    }

    /// <summary>_PRT: every pin of every device of bus 0 leads to a link, in PIC mode and in APIC mode.</summary>
    static byte[] Routing() => Package(
    [
        .. from device in Enumerable.Range(0, 32)
           from pin in Enumerable.Range(0, 4)
           select Package(Integer((ulong)device << 16 | 0xffff), Integer((ulong)pin), Path(LinkName(PciInterruptRules.LinkOf(device, pin))), Integer(0)),
    ]);

    static string LinkName(int link) => $"LNK{(char)('A' + link)}";

    static byte[] IsaBridge(AcpiSettings settings) => Device(
        "ISA",
        [
            Name("_ADR", Integer(0x1_0000)),
            OperationRegion("PIRQ", PciConfigSpace, 0x60, 4),
            ByteFields("PIRQ", "PIRA", "PIRB", "PIRC", "PIRD"),
            IsaDevice("PIC", "PNP0000", Ports(0x20, 2), Ports(0xa0, 2), Ports(0x4d0, 2), Irq(2)),
            IsaDevice("TMR", "PNP0100", Ports(0x40, 4), Irq(0)),
            IsaDevice("SPKR", "PNP0800", Ports(0x61, 1)),
            IsaDevice("RTC", "PNP0B00", Ports(0x70, 2), Irq(8)),
            IsaDevice("FPU", "PNP0C04", Ports(0xf0, 1), Irq(13)),
            BoardPorts(),
            .. settings.SerialPorts.Select(SerialPort),
            .. Ps2Devices(settings),
            .. Pvpanic(settings),
        ]);

    static byte[] IsaDevice(string name, string id, params byte[][] resources) =>
        Device(name, Name("_HID", EisaId(id)), Name("_CRS", Template(resources)));

    /// <summary>Ports of the board that no other device here claims, so that a guest puts no BAR over them.</summary>
    static byte[] BoardPorts() => IsaDevice(
        "MBRD", "PNP0C02", Ports(0x80, 1), Ports(0x92, 1), Ports(Piix4PowerManagement.SmiCommandPort, 2), Ports(FwCfgDevice.FirstPort, FwCfgDevice.PortCount),
        Ports(Piix4PowerManagement.PmBase, 0x40));

    /// <summary>Tells the guest that the window of the MCFG table is taken: Linux uses it only then.</summary>
    static byte[][] EcamWindow(AcpiSettings settings) => settings.HasEcam
        ? [IsaDevice("ECAM", "PNP0C02", Memory32((uint)MemoryLayout.Ecam.Start, (uint)MemoryLayout.Ecam.Length))]
        : [];

    static byte[] SerialPort(int number)
    {
        var (port, irq) = Serial[number - 1];
        return Device(
            $"COM{number}", Name("_HID", EisaId("PNP0501")), Name("_UID", Integer((ulong)number)), Name("_CRS", Template(Ports(port, 8), Irq(irq))));
    }

    static byte[][] Ps2Devices(AcpiSettings settings) => settings.HasPs2
        ? [IsaDevice("KBD", "PNP0303", Ports(0x60, 1), Ports(0x64, 1), Irq(1)), IsaDevice("MOU", "PNP0F13", Irq(12))]
        : [];

    static byte[][] Pvpanic(AcpiSettings settings) => settings.HasPvpanic
        ? [Device("PEVT", Name("_HID", Text("QEMU0001")), Name("_CRS", Template(Ports(PvpanicPort, 1))))]
        : [];

    /// <summary>The four interrupt link devices, at the root so that _PRT finds them by their bare names.</summary>
    static byte[] Link(int link)
    {
        var register = Path($"\\_SB.PCI0.ISA.PIR{(char)('A' + link)}");
        return Device(
            LinkName(link),
            Name("_HID", EisaId("PNP0C0F")),
            Name("_UID", Integer((ulong)link + 1)),
            Name("_PRS", Template(LevelInterrupts(LinkInterrupts))),
            Method("_STA", 0, false, If(And(register, Integer(0x80)), Return(Integer(0x09))), Return(Integer(0x0b))),
            Method("_DIS", 0, false, Store(Or(register, Integer(0x80)), register)),
            Method("_CRS", 0, true, CurrentInterrupt(register)),
            Method("_SRS", 1, true, CreateDWordField(Arg0, 5, "IRQN"), Store(Path("IRQN"), register)));
    }

    static byte[][] CurrentInterrupt(byte[] register) =>
    [
        Name("RSRC", Template(LevelInterrupts(0))),
        CreateDWordField(Path("RSRC"), 5, "IRQN"),
        Store(And(register, Integer(0x0f)), Path("IRQN")),
        Return(Path("RSRC")),
    ];
}
