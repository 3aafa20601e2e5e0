using System.Diagnostics;
using System.Globalization;
using Propolis.Scenarios.Guests;
using Propolis.Scenarios.Sleds;

namespace Propolis.Scenarios;

/// <summary>Machines end, begin again and go on later as they were asked to.</summary>
public sealed class LifecycleScenarios(SledPool sleds)
{
    const int Reboots = 10;
    const double ClockSlack = 3;

    [Fact]
    public async Task A_guest_reboots_again_and_again_and_finds_the_same_devices()
    {
        await using var loan = await sleds.BorrowAsync();
        var machine = MachineToml.Linux(loan.Sled, cpus: 2).Disk("pci-virtio-block", $"{loan.Sled.Images}/disk.img", readOnly: true);
        await using var vm = await Standalone.BootAsync(loan.Sled, machine);
        var devices = await vm.Shell("lspci -nv");

        for (var round = 0; round < Reboots; round++)
        {
            await vm.TypeAsync("reboot\n");
            await vm.ReadyAsync();
        }

        Assert.Equal(devices, await vm.Shell("lspci -nv"));
        Assert.Equal("2", await vm.Shell("nproc"));
        Assert.NotEqual("", await vm.Shell("head -c 65536 /dev/vda | sha256sum"));
    }

    [Fact]
    public async Task The_power_button_lets_the_guest_end_by_itself()
    {
        await using var loan = await sleds.BorrowAsync();
        await using var vm = await Standalone.BootAsync(loan.Sled, MachineToml.Linux(loan.Sled).Main("exit_on_halt", 7));

        await vm.SignalAsync("USR1");

        await vm.WaitForAsync("propolis-guest: power button", TimeSpan.FromSeconds(30));
        Assert.Equal(7, await vm.EndAsync());
    }

    [Theory]
    [InlineData("poweroff", 5)]
    [InlineData("reboot", 6)]
    public async Task The_guests_own_end_gives_the_exit_code_of_the_configuration(string command, int code)
    {
        await using var loan = await sleds.BorrowAsync();
        await using var vm = await Standalone.BootAsync(loan.Sled, MachineToml.Linux(loan.Sled).Main("exit_on_halt", 5).Main("exit_on_reboot", 6));

        await vm.TypeAsync($"{command}\n");

        Assert.Equal(code, await vm.EndAsync());
    }

    [Fact]
    public async Task A_stop_from_outside_ends_the_program_with_zero()
    {
        await using var loan = await sleds.BorrowAsync();
        await using var vm = await Standalone.BootAsync(loan.Sled, MachineToml.Linux(loan.Sled).Main("exit_on_halt", 5));

        await vm.SignalAsync("INT");

        Assert.Equal(0, await vm.EndAsync());
    }

    [Fact]
    public async Task A_snapshot_goes_on_where_the_guest_was()
    {
        await using var loan = await sleds.BorrowAsync();
        var machine = MachineToml.Linux(loan.Sled, cpus: 2).Disk("pci-virtio-block", $"{loan.Sled.Images}/disk.img", readOnly: true);
        await using var vm = await Standalone.BootAsync(loan.Sled, machine, "--snapshot");
        await vm.Shell("echo remembered >/root/note; ticks 200 >/root/ticks & echo started");
        var disk = await vm.Shell("head -c 1048576 /dev/vda | sha256sum");
        var whole = Stopwatch.StartNew();
        var before = Seconds(await vm.Shell("cut -d ' ' -f 1 /proc/uptime"));
        var between = Stopwatch.StartNew();
        await vm.SignalAsync("INT");
        Assert.Equal(0, await vm.EndAsync(TimeSpan.FromMinutes(3)));

        await using var restored = Standalone.Restore(loan.Sled, vm.Folder);

        // The guest's shell still waits for lines: no boot, no prompt. Its uptime went on with the wall clock.
        await restored.Shell("true", TimeSpan.FromMinutes(2));
        var atLeast = between.Elapsed.TotalSeconds;
        var after = Seconds(await restored.Shell("cut -d ' ' -f 1 /proc/uptime"));
        Assert.InRange(after - before, atLeast - ClockSlack, whole.Elapsed.TotalSeconds + ClockSlack);
        Assert.Equal("remembered", await restored.Shell("cat /root/note"));
        Assert.Equal("2", await restored.Shell("nproc"));
        await restored.Shell("echo 3 >/proc/sys/vm/drop_caches");
        Assert.Equal(disk, await restored.Shell("head -c 1048576 /dev/vda | sha256sum"));
        var ticked = (await restored.Shell("cat /root/ticks")).Split('\n').Select(line => int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(1, ticked.Count), ticked);
    }

    static double Seconds(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
