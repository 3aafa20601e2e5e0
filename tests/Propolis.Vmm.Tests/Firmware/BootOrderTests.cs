using System.Text;
using Propolis.Vmm.Firmware;
using Propolis.Vmm.Pci;

namespace Propolis.Vmm.Tests.Firmware;

public sealed class BootOrderTests
{
    [Fact]
    public void Devices_are_named_as_firmware_expects_and_closed_by_halt()
    {
        var file = BootOrder.Encode([
            new(BootDeviceKind.VirtioBlock, new PciPath(0, 4, 0)), new(BootDeviceKind.Nvme, new PciPath(0, 0x1f, 0)),
            new(BootDeviceKind.VirtioBlock, new PciPath(0, 16, 3)), new(BootDeviceKind.VirtioNetwork, new PciPath(0, 8, 0))]);

        Assert.Equal(
            "/pci@i0cf8/scsi@4/disk@0,0\n/pci@i0cf8/pci8086,5845@1f/namespace@1,0\n/pci@i0cf8/scsi@10,3/disk@0,0\n/pci@i0cf8/ethernet@8/ethernet-phy@0\nHALT\0",
            Encoding.ASCII.GetString(file));
    }

    [Fact]
    public void No_devices_leave_the_order_to_the_firmware() => Assert.Empty(BootOrder.Encode([]));

    [Fact]
    public void Device_behind_a_bridge_is_a_mistake() =>
        Assert.Throws<ArgumentException>(() => BootOrder.PathOf(new BootDevice(BootDeviceKind.Nvme, new PciPath(1, 2, 0))));
}
