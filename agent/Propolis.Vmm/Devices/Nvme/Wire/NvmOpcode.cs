namespace Propolis.Vmm.Devices.Nvme.Wire;

/// <summary>Opcodes of the NVM command set that this controller knows (NVMe 1.4, section 6, figure 346).</summary>
enum NvmOpcode : byte
{
    Flush = 0x00,
    Write = 0x01,
    Read = 0x02,
    WriteZeroes = 0x08,
    DatasetManagement = 0x09,
}
