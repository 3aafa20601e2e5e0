using System.Net;
using Propolis.Standalone.Config;
using Propolis.Vmm.Pci;

namespace Propolis.Standalone.Tests.Config;

/// <summary>[dev.NAME].</summary>
public sealed class DeviceConfigTests
{
    [Fact]
    public void A_virtio_disk_has_a_block_device_and_queues()
    {
        var disk = Configs.Device<VirtioBlockConfig>("[dev.d]\ndriver = 'pci-virtio-block'\nblock_dev = 'two'\npci-path = '0.4.7'\nqueues = 32");
        Assert.Equal(("d", "two", new PciPath(0, 4, 7), 32), (disk.Name, disk.BlockDevice.Name, disk.PciPath, disk.Queues!.Value));
        Assert.Equal(13, disk.Position.Line);
    }

    [Fact]
    public void An_nvme_disk_has_a_block_device_and_queues()
    {
        var disk = Configs.Device<NvmeConfig>("[dev.d]\ndriver = 'pci-nvme'\nblock_dev = 'one'\npci-path = '0.31.0'\nqueues = 15");
        Assert.Equal(("one", new PciPath(0, 31, 0), 15), (disk.BlockDevice.Name, disk.PciPath, disk.Queues!.Value));
        Assert.Null(Configs.Device<NvmeConfig>("[dev.d]\ndriver = 'pci-nvme'\nblock_dev = 'one'\npci-path = '0.31.0'").Queues);
    }

    [Fact]
    public void A_network_card_needs_only_its_link()
    {
        var net = Configs.Device<VionaConfig>("[dev.n]\ndriver = 'pci-virtio-viona'\nvnic = 'vnic0'\npci-path = '0.5.0'");
        Assert.Equal(("vnic0", null, null, null, null), (net.Vnic, net.RxQueueSize, net.TxQueueSize, net.TxCopyData, net.TxHeaderPad));
    }

    [Fact]
    public void A_network_card_has_every_optional_key()
    {
        var net = Configs.Device<VionaConfig>("[dev.n]\ndriver = 'pci-virtio-viona'\nvnic = 'vnic0'\npci-path = '0.5.0'\n"
            + "rx-queue-size = 2048\ntx-queue-size = 32768\ntx_copy_data = false\ntx_header_pad = 80");
        Assert.Equal((2048, 32768, false, 80), ((int)net.RxQueueSize!, (int)net.TxQueueSize!, net.TxCopyData!.Value, (int)net.TxHeaderPad!));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public void Pvpanic_may_be_on_the_isa_bus(string written, bool enabled) =>
        Assert.Equal(enabled, Configs.Device<PvpanicConfig>($"[dev.p]\ndriver = 'qemu-pvpanic'\nenable_isa = {written}").EnableIsa);

    [Fact]
    public void A_socket_device_maps_ports()
    {
        var vsock = Configs.Device<VsockConfig>("[dev.v]\ndriver = 'pci-virtio-socket'\nguest_cid = 16\npci-path = '0.26.0'\n"
            + "port_mappings = [{port = 605, addr = '127.0.0.1:605'}, {port = 1, addr = '[::1]:2'}]");
        Assert.Equal((16u, new PciPath(0, 26, 0)), (vsock.GuestCid, vsock.PciPath));
        Assert.Equal([new VsockPortMapping(605, IPEndPoint.Parse("127.0.0.1:605")), new VsockPortMapping(1, IPEndPoint.Parse("[::1]:2"))],
            vsock.PortMappings);
    }

    [Fact]
    public void Port_mappings_may_be_tables()
    {
        var vsock = Configs.Device<VsockConfig>("[dev.v]\ndriver = 'pci-virtio-socket'\nguest_cid = 3\npci-path = '0.26.0'\n"
            + "[[dev.v.port_mappings]]\nport = 7\naddr = '10.0.0.1:70'");
        Assert.Equal(7u, Assert.Single(vsock.PortMappings).Port);
    }

    [Theory]
    [InlineData("", "13:6: [dev.d] needs the key driver.")]
    [InlineData("driver = 1", "14:10: [dev.d] driver must be a string, not an integer.")]
    [InlineData("driver = 'pci-virtio-blk'", "14:10: [dev.d] driver pci-virtio-blk is unknown; perhaps pci-virtio-block is meant.")]
    [InlineData("driver = 'e1000'", "14:10: [dev.d] driver e1000 is unknown; "
        + "known are pci-virtio-block, pci-nvme, pci-virtio-viona, qemu-pvpanic, pci-virtio-socket.")]
    public void A_wrong_driver_is_refused(string keys, string sentence) => Configs.DeviceRefused("[dev.d]\n" + keys, sentence);

    [Theory]
    [InlineData("pci-virtio-block", 32)]
    [InlineData("pci-nvme", 15)]
    public void A_wrong_disk_is_refused(string driver, int maxQueues)
    {
        void Refused(string keys, string sentence) => Configs.DeviceRefused($"[dev.d]\ndriver = '{driver}'\n" + keys, sentence);
        Refused("pci-path = '0.4.0'", "13:6: [dev.d] needs the key block_dev.");
        Refused("block_dev = 'one'", "13:6: [dev.d] needs the key pci-path.");
        Refused("block_dev = 1\npci-path = '0.4.0'", "15:13: [dev.d] block_dev must be a string, not an integer.");
        Refused("block_dev = 'tow'\npci-path = '0.4.0'", "15:13: [dev.d] block_dev names the unknown block device tow; perhaps two is meant.");
        Refused("block_dev = 'on'\npci-path = '0.4.0'", "15:13: [dev.d] block_dev names the unknown block device on; perhaps one is meant.");
        Refused("pci_path = '0.4.0'", "15:1: [dev.d] has no key pci_path; perhaps pci-path is meant.");
        Refused("vnic = 'v'", "15:1: [dev.d] has no key vnic; known are driver, block_dev, pci-path, queues.");
        Refused("block_dev = 'one'\npci-path = '0.4.0'\nqueues = 0", $"17:10: [dev.d] queues must be 1 to {maxQueues}, not 0.");
        Refused($"block_dev = 'one'\npci-path = '0.4.0'\nqueues = {maxQueues + 1}",
            $"17:10: [dev.d] queues must be 1 to {maxQueues}, not {maxQueues + 1}.");
        Refused("block_dev = 'one'\npci-path = '0.4.0'\nqueues = '1'", "17:10: [dev.d] queues must be an integer, not a string.");
    }

    [Fact]
    public void A_block_device_has_one_user() =>
        Configs.DeviceRefused("[dev.a]\ndriver = 'pci-nvme'\nblock_dev = 'one'\npci-path = '0.4.0'\n"
            + "[dev.b]\ndriver = 'pci-virtio-block'\nblock_dev = 'one'\npci-path = '0.5.0'",
            "19:13: [dev.b] block_dev names one, which [dev.a] uses already.");

    [Fact]
    public void A_disk_without_block_devices_says_that_there_are_none() =>
        Configs.MoreRefused("[dev.d]\ndriver = 'pci-nvme'\nblock_dev = 'x'\npci-path = '0.4.0'",
            "8:13: [dev.d] block_dev names the unknown block device x; there are none.");

    [Theory]
    [InlineData("pci-path = '0.5.0'", "13:6: [dev.n] needs the key vnic.")]
    [InlineData("vnic = 'v'", "13:6: [dev.n] needs the key pci-path.")]
    [InlineData("vnic = ''\npci-path = '0.5.0'", "15:8: [dev.n] vnic must not be empty.")]
    [InlineData("vnic = 1\npci-path = '0.5.0'", "15:8: [dev.n] vnic must be a string, not an integer.")]
    [InlineData("vnic = 'v'\npci-path = '0.5.0'\nrx-queue-size = 1", "17:17: [dev.n] rx-queue-size must be 2 to 32768, not 1.")]
    [InlineData("vnic = 'v'\npci-path = '0.5.0'\nrx-queue-size = 100", "17:17: [dev.n] rx-queue-size must be a power of two, not 100.")]
    [InlineData("vnic = 'v'\npci-path = '0.5.0'\ntx-queue-size = 65536", "17:17: [dev.n] tx-queue-size must be 2 to 32768, not 65536.")]
    [InlineData("vnic = 'v'\npci-path = '0.5.0'\ntx-queue-size = '8'", "17:17: [dev.n] tx-queue-size must be an integer, not a string.")]
    [InlineData("vnic = 'v'\npci-path = '0.5.0'\ntx_copy_data = 1", "17:16: [dev.n] tx_copy_data must be a boolean, not an integer.")]
    [InlineData("vnic = 'v'\npci-path = '0.5.0'\ntx_header_pad = 65536", "17:17: [dev.n] tx_header_pad must be 0 to 65535, not 65536.")]
    [InlineData("vnic = 'v'\npci-path = '0.5.0'\nrx_queue_size = 8", "17:1: [dev.n] has no key rx_queue_size; perhaps rx-queue-size is meant.")]
    public void A_wrong_network_card_is_refused(string keys, string sentence) =>
        Configs.DeviceRefused("[dev.n]\ndriver = 'pci-virtio-viona'\n" + keys, sentence);

    [Theory]
    [InlineData("", "13:6: [dev.p] needs the key enable_isa.")]
    [InlineData("enable_isa = 1", "15:14: [dev.p] enable_isa must be a boolean, not an integer.")]
    [InlineData("enable_isa = true\npci-path = '0.9.0'", "16:1: [dev.p] has no key pci-path; known are driver, enable_isa.")]
    [InlineData("enable_isa = true\n[dev.q]\ndriver = 'qemu-pvpanic'\nenable_isa = true",
        "17:10: [dev.q] driver qemu-pvpanic is already that of dev.p; there can be one.")]
    public void A_wrong_pvpanic_is_refused(string keys, string sentence) =>
        Configs.DeviceRefused("[dev.p]\ndriver = 'qemu-pvpanic'\n" + keys, sentence);

    const string Socket = "pci-path = '0.26.0'\n";

    [Theory]
    [InlineData("guest_cid = 3\nport_mappings = []", "13:6: [dev.v] needs the key pci-path.")]
    [InlineData(Socket + "port_mappings = []", "13:6: [dev.v] needs the key guest_cid.")]
    [InlineData(Socket + "guest_cid = 3", "13:6: [dev.v] needs the key port_mappings.")]
    [InlineData(Socket + "guest_cid = 2\nport_mappings = []", "16:13: [dev.v] guest_cid must be 3 to 4294967294, not 2.")]
    [InlineData(Socket + "guest_cid = 4294967295\nport_mappings = []", "16:13: [dev.v] guest_cid must be 3 to 4294967294, not 4294967295.")]
    [InlineData(Socket + "guest_cid = '3'\nport_mappings = []", "16:13: [dev.v] guest_cid must be an integer, not a string.")]
    [InlineData(Socket + "guest_cid = 3\nport_mappings = {}", "17:17: [dev.v] port_mappings must be an array, not a table.")]
    [InlineData(Socket + "guest_cid = 3\nport_mappings = [605]", "17:18: [dev.v] port_mappings must be a table, not an integer.")]
    [InlineData(Socket + "guest_cid = 3\nport_mappings = [{addr = '127.0.0.1:1'}]", "17:18: [dev.v] port_mappings needs the key port.")]
    [InlineData(Socket + "guest_cid = 3\nport_mappings = [{port = 1}]", "17:18: [dev.v] port_mappings needs the key addr.")]
    [InlineData(Socket + "guest_cid = 3\nport_mappings = [{port = -1, addr = '127.0.0.1:1'}]",
        "17:26: [dev.v] port_mappings port must be 0 to 4294967295, not -1.")]
    [InlineData(Socket + "guest_cid = 3\nport_mappings = [{port = 1, addr = 'x'}]",
        "17:36: [dev.v] port_mappings addr cannot be x; it must be an address with a port, as 127.0.0.1:3810 or [::1]:3810.")]
    [InlineData(Socket + "guest_cid = 3\nport_mappings = [{port = 1, adr = 'x'}]",
        "17:29: [dev.v] port_mappings has no key adr; perhaps addr is meant.")]
    [InlineData(Socket + "guest_cid = 3\nport_mappings = [{port = 1, addr = '127.0.0.1:1'}, {port = 1, addr = '127.0.0.1:2'}]",
        "17:60: [dev.v] port_mappings port 1 is mapped already.")]
    [InlineData(Socket + "guest_cid = 3\nport_mappings = []\n[dev.w]\ndriver = 'pci-virtio-socket'\npci-path = '0.27.0'\nguest_cid = 4\nport_mappings = []",
        "19:10: [dev.w] driver pci-virtio-socket is already that of dev.v; there can be one.")]
    [InlineData(Socket + "guest_cid = 3\nport_mappings = []\ncid = 4", "18:1: [dev.v] has no key cid; known are driver, guest_cid, port_mappings, pci-path.")]
    public void A_wrong_socket_device_is_refused(string keys, string sentence) =>
        Configs.DeviceRefused("[dev.v]\ndriver = 'pci-virtio-socket'\n" + keys, sentence);
}
