namespace Propolis.Vmm.Devices.Nvme.Wire;

/// <summary>Log page identifiers (NVMe 1.4, section 5.14.1, figure 191).</summary>
enum LogPageId : byte
{
    ErrorInformation = 0x01,
    SmartHealth = 0x02,
    FirmwareSlot = 0x03,
    CommandsSupported = 0x05,
}
