using Propolis.Scenarios.Guests;
using Propolis.Scenarios.Sleds;

namespace Propolis.Scenarios;

/// <summary>The guest images boot in every form, nested in a sled, under a machine that is known to be right: QEMU. When our engine fails where these pass, it is our engine.</summary>
public sealed class GuestImageScenarios(SledPool sleds)
{
    const string DirectBoot = "-kernel /images/vmlinuz -initrd /images/initrd.img -append 'console=ttyS0 quiet panic=-1 guest.name=newt'";

    [Theory]
    [InlineData("kernel and initramfs", DirectBoot, "newt", false)]
    [InlineData("UEFI from the disk", "-bios /images/OVMF.fd " + "-drive if=none,id=d,format=raw,readonly=on,file=/images/disk.img -device virtio-blk-pci,drive=d", "(none)", true)]
    [InlineData("UEFI from the ISO", "-bios /images/OVMF.fd " + "-drive if=none,id=d,format=raw,readonly=on,file=/images/guest.iso -device virtio-blk-pci,drive=d", "(none)", true)]
    [InlineData("BIOS from the ISO", "-drive if=none,id=d,format=raw,readonly=on,file=/images/guest.iso -device virtio-blk-pci,drive=d", "(none)", false)]
    public async Task The_guest_boots_and_powers_off(string form, string options, string name, bool isEfi)
    {
        await using var loan = await sleds.BorrowAsync();
        Assert.SkipUnless(await Qemu.IsThereAsync(loan.Sled), "QEMU for sleds is not built ('./propolis images --qemu').");
        await using var vm = await Qemu.StartAsync(loan.Sled, options);

        await vm.ReadyAsync();

        Assert.Equal(name, await vm.Shell("hostname"));
        Assert.Contains("0600: 8086:1237", await vm.Shell("lspci -n"), StringComparison.Ordinal);
        Assert.True(isEfi == ((await vm.TryShell("test -d /sys/firmware/efi")).Code == 0), form);
        await vm.TypeAsync("poweroff\n");
        Assert.Equal(0, await vm.EndAsync());
    }

    [Fact]
    public async Task Ticks_count_with_the_seconds_since_boot()
    {
        await using var loan = await sleds.BorrowAsync();
        Assert.SkipUnless(await Qemu.IsThereAsync(loan.Sled), "QEMU for sleds is not built ('./propolis images --qemu').");
        await using var vm = await Qemu.StartAsync(loan.Sled, DirectBoot);
        await vm.ReadyAsync();

        var lines = (await vm.Shell("ticks 50 4")).Split('\n');

        Assert.Equal(["tick 1", "tick 2", "tick 3", "tick 4"], lines.Select(line => line[..6]));
        Assert.Equal(lines.Order(StringComparer.Ordinal), lines);
    }
}
