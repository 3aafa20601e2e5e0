namespace Propolis.Vmm.Devices.FwCfg;

/// <summary>Selector values with a fixed meaning (QEMU, docs/specs/fw_cfg). Numbers in items are little-endian, in the directory big-endian.</summary>
public static class FwCfgKey
{
    /// <summary>The four letters QEMU.</summary>
    public const ushort Signature = 0x00;

    /// <summary>Feature bits, 32 bits: 0 the ports, 1 the DMA interface.</summary>
    public const ushort Features = 0x01;

    /// <summary>The machine's UUID, 16 bytes.</summary>
    public const ushort Uuid = 0x02;

    /// <summary>Bytes of RAM, 64 bits.</summary>
    public const ushort RamSize = 0x03;

    /// <summary>1 when the machine has no screen, 16 bits.</summary>
    public const ushort NoGraphic = 0x04;

    /// <summary>Processors at boot, 16 bits.</summary>
    public const ushort CpuCount = 0x05;

    /// <summary>1 when the firmware shall offer a boot menu, 16 bits.</summary>
    public const ushort BootMenu = 0x0e;

    /// <summary>Highest number of processors, 16 bits.</summary>
    public const ushort MaxCpus = 0x0f;

    /// <summary>The directory of named files.</summary>
    public const ushort FileDirectory = 0x19;

    /// <summary>First selector that the directory gives to a file.</summary>
    public const ushort FirstFile = 0x20;

    /// <summary>1 when ISA interrupt 0 arrives at GSI 2, 32 bits (x86 only).</summary>
    public const ushort Irq0Override = 0x8002;
}
