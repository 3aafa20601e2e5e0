using System.Globalization;
using System.Text;

namespace Propolis.Vmm.Firmware;

/// <summary>
/// The fw_cfg file "bootorder": OpenFirmware device paths, one a line, in the spelling that OVMF and SeaBIOS look for, closed by HALT so that nothing
/// else is tried.
/// </summary>
public static class BootOrder
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "bootorder";

    /// <summary>The file for these devices, first choice first. Empty for no devices: firmware then goes its own way.</summary>
    public static byte[] Encode(IReadOnlyList<BootDevice> devices) =>
        devices.Count == 0 ? [] : Encoding.ASCII.GetBytes(string.Join('\n', [.. devices.Select(PathOf), "HALT"]) + "\0");

    /// <summary>The OpenFirmware path of a device on bus 0.</summary>
    public static string PathOf(BootDevice device)
    {
        if (device.Path.Bus != 0) throw new ArgumentException($"{device.Path} is not on bus 0.", nameof(device));
        var slot = device.Path.Function == 0
            ? device.Path.Device.ToString("x", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{device.Path.Device:x},{device.Path.Function:x}");
        return device.Kind switch
        {
            BootDeviceKind.VirtioBlock => $"/pci@i0cf8/scsi@{slot}/disk@0,0",
            BootDeviceKind.Nvme => $"/pci@i0cf8/pci8086,5845@{slot}/namespace@1,0",
            BootDeviceKind.VirtioNetwork => $"/pci@i0cf8/ethernet@{slot}/ethernet-phy@0",
            _ => throw new ArgumentOutOfRangeException(nameof(device), device.Kind, "Unknown kind."),
        };
    }
}
