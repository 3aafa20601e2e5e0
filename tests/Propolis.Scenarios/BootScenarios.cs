using Propolis.Scenarios.Guests;
using Propolis.Scenarios.Sleds;

namespace Propolis.Scenarios;

/// <summary>Every way in which a machine can come up, and what the guest then finds.</summary>
public sealed class BootScenarios(SledPool sleds)
{
    [Fact]
    public async Task A_kernel_boots_directly_and_sees_its_processors()
    {
        await using var loan = await sleds.BorrowAsync();
        await using var vm = await Standalone.BootAsync(loan.Sled, MachineToml.Linux(loan.Sled, cpus: 2));

        Assert.Equal("2", await vm.Shell("nproc"));
        Assert.Equal("1", (await vm.TryShell("test -d /sys/firmware/efi; echo $?")).Output);
    }

    [Theory]
    [InlineData("OVMF_CODE.fd", "disk.img", true)]
    [InlineData("OVMF_CODE.fd", "guest.iso", true)]
    [InlineData("bios-256k.bin", "guest.iso", false)]
    public async Task Firmware_boots_from_a_virtio_disk(string bootrom, string image, bool isEfi)
    {
        await using var loan = await sleds.BorrowAsync();
        var machine = MachineToml.Firmware(loan.Sled, bootrom).Disk("pci-virtio-block", $"{loan.Sled.Images}/{image}", readOnly: true);
        await using var vm = await Standalone.BootAsync(loan.Sled, machine);

        Assert.Equal(isEfi ? 0 : 1, (await vm.TryShell("test -d /sys/firmware/efi")).Code);
        await vm.TypeAsync("poweroff\n");
        Assert.Equal(0, await vm.EndAsync());
    }

    [Fact]
    public async Task The_guest_finds_the_devices_of_the_configuration_where_it_put_them()
    {
        await using var loan = await sleds.BorrowAsync();
        var machine = MachineToml.Linux(loan.Sled).Disk("pci-virtio-block", $"{loan.Sled.Images}/disk.img", readOnly: true).Nic("vnic0");
        await using var vm = await Standalone.BootAsync(loan.Sled, machine);

        var found = (await vm.Shell("lspci -n")).Split('\n').Select(line => line.Split(" (rev")[0]);

        Assert.Equal(
        [
            "00:00.0 0600: 8086:1237",
            "00:01.0 0601: 8086:7000",
            "00:01.3 0680: 8086:7113",
            "00:04.0 0100: 1af4:1001",
            "00:05.0 0200: 1af4:1000",
        ], found);
    }

    [Fact]
    public async Task The_clock_of_the_guest_is_the_sleds_clock()
    {
        await using var loan = await sleds.BorrowAsync();
        await using var vm = await Standalone.BootAsync(loan.Sled, MachineToml.Linux(loan.Sled));

        var guest = long.Parse(await vm.Shell("date +%s"), System.Globalization.CultureInfo.InvariantCulture);
        var sled = long.Parse(await loan.Sled.MustAsync("date +%s"), System.Globalization.CultureInfo.InvariantCulture);

        Assert.InRange(sled - guest, -3, 10);
    }

    [Fact]
    public async Task A_cloud_init_disk_names_the_guest_and_runs_its_script()
    {
        await using var loan = await sleds.BorrowAsync();
        var machine = MachineToml.Linux(loan.Sled).CloudInit("newt", "#!/bin/sh\necho from-user-data >/root/proof\n");
        await using var vm = await Standalone.BootAsync(loan.Sled, machine);

        Assert.Equal("newt", await vm.Shell("hostname"));
        Assert.Equal("from-user-data", await vm.Shell("cat /root/proof"));
    }
}
