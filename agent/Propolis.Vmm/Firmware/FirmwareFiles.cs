using Propolis.Vmm.Devices.FwCfg;
using Propolis.Vmm.Firmware.Acpi;
using Propolis.Vmm.Firmware.Smbios;

namespace Propolis.Vmm.Firmware;

/// <summary>Everything that firmware reads through fw_cfg, as OVMF and SeaBIOS expect it (QEMU, docs/specs/fw_cfg).</summary>
public static class FirmwareFiles
{
    /// <summary>A catalog with the tables, memory map, processor counts and boot order of a machine; more can be added before it is built.</summary>
    public static FwCfgCatalog Collect(AcpiSettings machine, AcpiTables acpi, SmbiosTables smbios, Guid uuid, IReadOnlyList<BootDevice> bootOrder)
    {
        var catalog = new FwCfgCatalog();
        catalog.Add(FwCfgKey.Uuid, uuid.ToByteArray(bigEndian: true));
        catalog.Add(FwCfgKey.RamSize, machine.Memory.Total);
        catalog.Add(FwCfgKey.NoGraphic, (ushort)1);
        catalog.Add(FwCfgKey.CpuCount, (ushort)machine.VcpuCount);
        catalog.Add(FwCfgKey.BootMenu, (ushort)0);
        catalog.Add(FwCfgKey.MaxCpus, (ushort)machine.VcpuCount);
        catalog.Add(FwCfgKey.Irq0Override, 1u);
        catalog.AddFile(E820Map.FileName, E820Map.Encode(E820Map.ForFirmware(machine.Memory, machine.HasEcam)));
        TableLoaderScript.AddTo(catalog, acpi);
        smbios.AddTo(catalog);
        if (bootOrder.Count > 0) catalog.AddFile(BootOrder.FileName, BootOrder.Encode(bootOrder));
        return catalog;
    }
}
