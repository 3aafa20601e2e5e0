using Propolis.Scenarios.Guests;
using Propolis.Scenarios.Sleds;

namespace Propolis.Scenarios;

/// <summary>What firmware and kernels make of the tables, the boot order and the variable store that a machine gives them.</summary>
public sealed class FirmwareScenarios(SledPool sleds)
{
    const string Variable = "/sys/firmware/efi/efivars/Newt-6a3b4c5d-1122-3344-5566-778899aabbcc";
    const string MountVariables = "load efivarfs; mount -t efivarfs none /sys/firmware/efi/efivars";

    [Theory]
    [InlineData("OVMF_CODE.fd")]
    [InlineData("OVMF_CODE_4M.fd")]
    [InlineData("OVMF.fd")]
    public async Task Uefi_variables_outlive_the_machine(string bootrom)
    {
        await using var loan = await sleds.BorrowAsync();
        var folder = await loan.Sled.NewFolderAsync("variables");
        await using (var vm = await Standalone.BootAsync(loan.Sled, WithVariables(loan.Sled, bootrom, folder)))
        {
            await vm.Shell(MountVariables);
            await vm.Shell($@"printf '\007\000\000\000salamander' >{Variable}");
            await vm.TypeAsync("poweroff\n");
            Assert.Equal(0, await vm.EndAsync());
        }

        await using var next = await Standalone.BootAsync(loan.Sled, WithVariables(loan.Sled, bootrom, folder));

        await next.Shell(MountVariables);
        Assert.Equal("salamander", await next.Shell($"tail -c +5 {Variable}"));
    }

    [Fact]
    public async Task Uefi_variables_are_there_after_the_machine_was_killed()
    {
        await using var loan = await sleds.BorrowAsync();
        var folder = await loan.Sled.NewFolderAsync("variables");
        await using (var vm = await Standalone.BootAsync(loan.Sled, WithVariables(loan.Sled, "OVMF_CODE.fd", folder)))
        {
            await vm.Shell(MountVariables);
            await vm.Shell($@"printf '\007\000\000\000salamander' >{Variable}");
        }

        await using var next = await Standalone.BootAsync(loan.Sled, WithVariables(loan.Sled, "OVMF_CODE.fd", folder));

        await next.Shell(MountVariables);
        Assert.Equal("salamander", await next.Shell($"tail -c +5 {Variable}"));
    }

    [Theory]
    [InlineData("OVMF_CODE.fd", "pci-virtio-block")]
    [InlineData("OVMF_CODE.fd", "pci-nvme")]
    [InlineData("bios-256k.bin", "pci-virtio-block")]
    [InlineData("bios-256k.bin", "pci-nvme")]
    public async Task Boot_order_names_the_disk(string bootrom, string driver)
    {
        await using var loan = await sleds.BorrowAsync();
        var machine = MachineToml.Firmware(loan.Sled, bootrom)
            .Disk("pci-virtio-block", await BlankDiskAsync(loan.Sled))
            .Disk(driver, $"{loan.Sled.Images}/guest.iso", readOnly: true)
            .MainList("boot_order", "dev1");

        await using var vm = await Standalone.BootAsync(loan.Sled, machine);

        Assert.Equal("ok", await vm.Shell("echo ok"));
    }

    [Fact]
    public async Task Disks_outside_of_the_boot_order_are_not_tried()
    {
        await using var loan = await sleds.BorrowAsync();
        var machine = MachineToml.Firmware(loan.Sled, "bios-256k.bin")
            .Disk("pci-virtio-block", await BlankDiskAsync(loan.Sled))
            .Disk("pci-virtio-block", $"{loan.Sled.Images}/guest.iso", readOnly: true)
            .MainList("boot_order", "dev0");

        await using var vm = await Standalone.StartAsync(loan.Sled, machine);

        await vm.WaitForAsync("No bootable device", TimeSpan.FromMinutes(2));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(null, true)]
    [InlineData("OVMF_CODE.fd", false)]
    [InlineData("OVMF_CODE.fd", true)]
    [InlineData("bios-256k.bin", false)]
    public async Task The_kernel_has_no_complaint_about_the_tables(string? bootrom, bool hasEcam)
    {
        await using var loan = await sleds.BorrowAsync();
        var machine = bootrom is null
            ? MachineToml.Linux(loan.Sled, cpus: 2)
            : MachineToml.Firmware(loan.Sled, bootrom, cpus: 2).Disk("pci-virtio-block", $"{loan.Sled.Images}/guest.iso", readOnly: true);
        await using var vm = await Standalone.BootAsync(loan.Sled, hasEcam ? machine.Ecam() : machine);

        Assert.Equal("", (await vm.TryShell("dmesg | grep -E 'ACPI (BIOS )?(Error|Warning|Exception)|Firmware (Bug|Warn)|no compatible bridge window'")).Output);
        Assert.Equal("2", await vm.Shell("nproc"));
        Assert.Equal("Oxide OxVM", await vm.Shell("cd /sys/class/dmi/id; echo $(cat sys_vendor product_name)"));
        Assert.Contains("PWRF", await vm.Shell("dmesg | grep 'Power Button'"));
        Assert.Equal(hasEcam ? "1" : "0", (await vm.TryShell("dmesg | grep -c 'MMCONFIG.*reserved'")).Output);
    }

    static MachineToml WithVariables(Sled sled, string bootrom, string folder) => MachineToml.Firmware(sled, bootrom)
        .Main("uefi_vars", $"{folder}/vars.fd")
        .Disk("pci-virtio-block", $"{sled.Images}/disk.img", readOnly: true);

    static async Task<string> BlankDiskAsync(Sled sled)
    {
        var path = $"{await sled.NewFolderAsync("blank")}/blank.img";
        await sled.MustAsync($"truncate -s 16M {path}");
        return path;
    }
}
