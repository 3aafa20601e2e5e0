using System.Buffers.Binary;
using Propolis.Vmm.Devices.FwCfg;
using Propolis.Vmm.Firmware.Acpi;

namespace Propolis.Vmm.Firmware.Smbios;

/// <summary>
/// The SMBIOS 2.8 tables of a machine (DMTF DSP0134): firmware, system, chassis, processor, memory. Through fw_cfg firmware places them;
/// for a direct boot <see cref="Anchor"/> gives the entry point for a chosen address.
/// </summary>
public sealed class SmbiosTables
{
    /// <summary>fw_cfg file with the structures.</summary>
    public const string TablesFile = "etc/smbios/smbios-tables";

    /// <summary>fw_cfg file with the entry point.</summary>
    public const string AnchorFile = "etc/smbios/smbios-anchor";

    /// <summary>Bytes of the entry point.</summary>
    public const int AnchorLength = 0x1f;

    const ulong Gibibyte = 1UL << 30;
    const ulong ModuleLength = 16 * Gibibyte;
    const uint AllOnes = 0xffff_ffff;
    const ushort NoErrorInformation = 0xfffe;
    const ushort MemoryArray = 0x1000;

    readonly SmbiosWriter _writer = new();

    /// <summary>Makes the tables.</summary>
    public SmbiosTables(SmbiosSettings settings)
    {
        Firmware(settings);
        SystemProduct(settings);
        Chassis(settings);
        Processor(settings);
        Memory(settings.Memory);
        _writer.Begin(32, 0x2000).Bytes(new byte[7]).End(11); // boot status: no errors
        _writer.Begin(127, 0x7f00).End(4);
        Structures = _writer.ToArray();
    }

    /// <summary>All structures.</summary>
    public ReadOnlyMemory<byte> Structures { get; }

    /// <summary>Adds both files to a catalog.</summary>
    public void AddTo(FwCfgCatalog catalog)
    {
        catalog.AddFile(TablesFile, Structures.ToArray());
        catalog.AddFile(AnchorFile, Anchor(0));
    }

    /// <summary>The 32-bit entry point for structures at an address (DSP0134 2.8, section 5.2.1).</summary>
    public byte[] Anchor(uint address)
    {
        var anchor = new byte[AnchorLength];
        "_SM_"u8.CopyTo(anchor);
        anchor[0x05] = AnchorLength;
        anchor[0x06] = 2;
        anchor[0x07] = 8;
        BinaryPrimitives.WriteUInt16LittleEndian(anchor.AsSpan(0x08), checked((ushort)_writer.Largest));
        "_DMI_"u8.CopyTo(anchor.AsSpan(0x10));
        BinaryPrimitives.WriteUInt16LittleEndian(anchor.AsSpan(0x16), checked((ushort)Structures.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(anchor.AsSpan(0x18), address);
        BinaryPrimitives.WriteUInt16LittleEndian(anchor.AsSpan(0x1c), checked((ushort)_writer.Count));
        anchor[0x1e] = 0x28;
        anchor[0x15] = AcpiTables.Checksum(anchor.AsSpan(0x10));
        anchor[0x04] = AcpiTables.Checksum(anchor);
        return anchor;
    }

    /// <summary>Type 0. Extension byte 2: content that the vendor targets, a virtual machine, and UEFI where it is.</summary>
    void Firmware(SmbiosSettings settings) => _writer.Begin(0, 0x0000)
        .Text("Oxide").Text(settings.RomVersion).Word(0xe800).Text("01/01/2026")
        .Byte((byte)Math.Max(0, (settings.RomLength + 0xffff) / 0x1_0000 - 1))
        .Qword(1 << 3).Byte(0).Byte((byte)(settings.IsUefi ? 0x1c : 0x14)).Byte(0xff).Byte(0xff).Byte(0xff).Byte(0xff)
        .End(24);

    /// <summary>Type 1. The UUID's first three fields are little-endian (section 7.2.1), as <see cref="Guid"/> has them.</summary>
    void SystemProduct(SmbiosSettings settings) => _writer.Begin(1, 0x0100)
        .Text(settings.Manufacturer).Text(settings.Product).Text(settings.Version).Text(settings.Serial)
        .Bytes(settings.Uuid.ToByteArray()).Byte(6).Text("").Text("")
        .End(27);

    /// <summary>Type 3: "other", states safe, no contained elements.</summary>
    void Chassis(SmbiosSettings settings) => _writer.Begin(3, 0x0300)
        .Text(settings.Manufacturer).Byte(1).Text("").Text(settings.Serial).Text("")
        .Byte(3).Byte(3).Byte(3).Byte(2).Dword(0).Byte(0).Byte(0).Byte(0).Byte(0).Text("")
        .End(22);

    /// <summary>Type 4: one socket with all processors as cores; caches and speeds are unknown.</summary>
    void Processor(SmbiosSettings settings)
    {
        var cores = (byte)Math.Min(settings.VcpuCount, byte.MaxValue);
        _writer.Begin(4, 0x0400)
            .Text("CPU 0").Byte(3).Byte(ProcessorFamily(settings)).Text(settings.ProcessorVendor)
            .Dword(settings.ProcessorSignature).Dword(settings.ProcessorFeatures).Text(settings.ProcessorBrand)
            .Byte(0).Word(0).Word(0).Word(0).Byte(0x41).Byte(1) // populated and enabled
            .Word(0xffff).Word(0xffff).Word(0xffff).Text("").Text("").Text("")
            .Byte(cores).Byte(cores).Byte(cores).Word(1 << 2).Word(ProcessorFamily(settings)) // 64-bit capable
            .End(42);
    }

    /// <summary>Zen for AMD from family 0x17, otherwise "unknown" (section 7.5.2).</summary>
    static byte ProcessorFamily(SmbiosSettings settings)
    {
        var family = settings.ProcessorSignature >> 8 & 0xf;
        if (family == 0xf) family += settings.ProcessorSignature >> 20 & 0xff;
        return settings.ProcessorVendor == "AuthenticAMD" && family >= 0x17 ? (byte)0x6b : (byte)2;
    }

    /// <summary>Types 16, 17, 19: one array, modules of 16 GiB, the addresses below and above 4 GiB.</summary>
    void Memory(MemoryLayout layout)
    {
        var modules = (ushort)((layout.Total + ModuleLength - 1) / ModuleLength);
        _writer.Begin(16, MemoryArray)
            .Byte(3).Byte(3).Byte(6).Dword(0x8000_0000).Word(NoErrorInformation).Word(modules).Qword(layout.Total)
            .End(23);
        for (ushort i = 0; i < modules; i++) Module(i, Math.Min(ModuleLength, layout.Total - i * ModuleLength));
        MappedRange(0x1900, layout.Low);
        if (!layout.High.IsEmpty) MappedRange(0x1901, layout.High);
    }

    void Module(ushort index, ulong length) => _writer.Begin(17, (ushort)(0x1100 + index))
        .Word(MemoryArray).Word(NoErrorInformation).Word(0xffff).Word(0xffff).Word((ushort)(length >> 20))
        .Byte(9).Byte(0).Text($"DIMM {index}").Text("").Byte(7).Word(1 << 1).Word(0)
        .Text("").Text("").Text("").Text("").Byte(0).Dword(0).Word(0).Word(0).Word(0).Word(0)
        .End(40);

    void MappedRange(ushort handle, AddressRange range)
    {
        var last = range.End / 1024 - 1;
        var isWide = last >= AllOnes; // 4 TiB and more go into the 64-bit fields, in bytes
        _writer.Begin(19, handle)
            .Dword(isWide ? AllOnes : (uint)(range.Start / 1024)).Dword(isWide ? AllOnes : (uint)last).Word(MemoryArray).Byte(1)
            .Qword(isWide ? range.Start : 0).Qword(isWide ? range.End - 1 : 0)
            .End(31);
    }
}
