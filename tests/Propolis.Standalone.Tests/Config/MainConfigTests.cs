using Propolis.Standalone.Config;

namespace Propolis.Standalone.Tests.Config;

/// <summary>[main].</summary>
public sealed class MainConfigTests
{
    static MainConfig Read(string more) => Configs.With(more).Main;

    [Fact]
    public void What_is_not_said_has_a_default()
    {
        var main = Read("");
        Assert.Equal((null, false, null, CpuBinding.Any), (main.BootromVersion, main.UseReservoir, main.CpuidProfile, main.CpuBinding));
        Assert.Equal((0, null, null), (main.ExitOnHalt, main.ExitOnReboot, main.BootOrder));
        Assert.Null(Assert.IsType<BootSource.Firmware>(main.Boot).UefiVars);
    }

    [Fact]
    public void Every_key_is_read()
    {
        var main = Read("""
            bootrom_version = "v1"
            uefi_vars = "vars.fd"
            use_reservoir = true
            cpu_binding = "upper-half"
            exit_on_halt = 7
            exit_on_reboot = 255
            acpi_variant = "V0"
            """);
        Assert.Equal("v1", main.BootromVersion);
        Assert.Equal("vars.fd", Assert.IsType<BootSource.Firmware>(main.Boot).UefiVars!.Text);
        Assert.True(main.UseReservoir);
        Assert.Equal(8, main.ReservoirAskedAt!.Value.Line);
        Assert.Equal((CpuBinding.UpperHalf, 7, (byte)255), (main.CpuBinding, main.ExitOnHalt, main.ExitOnReboot!.Value));
    }

    [Theory]
    [InlineData("use_reservoir = false")]
    [InlineData("cpu_binding = \"any\"")]
    [InlineData("exit_on_halt = 0")]
    public void Defaults_may_be_said(string more) => Assert.Equal(Read(""), Read(more));

    [Fact]
    public void A_kernel_boots_directly()
    {
        var boot = Boot("kernel = \"/vmlinuz\"\ninitrd = \"initrd.gz\"\ncmdline = \"console=ttyS0\"");
        var kernel = Assert.IsType<BootSource.Kernel>(boot);
        Assert.Equal(("/vmlinuz", "initrd.gz", "console=ttyS0"), (kernel.Image.Text, kernel.Initrd!.Text, kernel.CommandLine));
        Assert.Equal(new BootSource.Kernel(kernel.Image, null, ""), Boot("kernel = \"/vmlinuz\""));
    }

    static BootSource Boot(string keys) => Configs.Parse("[main]\nname = \"vm\"\ncpus = 1\nmemory = 64\n" + keys).Main.Boot;

    [Theory]
    [InlineData("", "1:2: [main] needs the key bootrom, for a UEFI firmware, or kernel, to boot Linux directly.")]
    [InlineData("bootrom = 'b'\nkernel = 'k'", "6:10: [main] kernel cannot be set beside bootrom; a machine starts with one of them.")]
    [InlineData("bootrom = 'b'\ninitrd = 'i'", "6:10: [main] initrd needs kernel, which is not set.")]
    [InlineData("bootrom = 'b'\ncmdline = 'c'", "6:11: [main] cmdline needs kernel, which is not set.")]
    [InlineData("kernel = 'k'\nuefi_vars = 'v'", "6:13: [main] uefi_vars needs bootrom, which is not set.")]
    [InlineData("bootrom = ''", "5:11: [main] bootrom must be the path of a file, without control characters.")]
    [InlineData("kernel = \"a\\nb\"", "5:10: [main] kernel must be the path of a file, without control characters.")]
    [InlineData("bootrom = 1", "5:11: [main] bootrom must be a string, not an integer.")]
    [InlineData("kernel = 1", "5:10: [main] kernel must be a string, not an integer.")]
    [InlineData("kernel = 'k'\ninitrd = true", "6:10: [main] initrd must be a string, not a boolean.")]
    [InlineData("kernel = 'k'\ncmdline = 1.5", "6:11: [main] cmdline must be a string, not a float.")]
    [InlineData("bootrom = 'b'\nuefi_vars = []", "6:13: [main] uefi_vars must be a string, not an array.")]
    public void A_machine_starts_with_exactly_one_thing(string keys, string sentence) =>
        Configs.Refused("[main]\nname = \"vm\"\ncpus = 1\nmemory = 64\n" + keys, sentence);

    [Theory]
    [InlineData("cpus = 1\nmemory = 1\nbootrom = 'b'", "1:2: [main] needs the key name.")]
    [InlineData("name = 'a'\nmemory = 1\nbootrom = 'b'", "1:2: [main] needs the key cpus.")]
    [InlineData("name = 'a'\ncpus = 1\nbootrom = 'b'", "1:2: [main] needs the key memory.")]
    public void What_must_be_said_is_asked_for(string keys, string sentence) => Configs.Refused("[main]\n" + keys, sentence);

    [Theory]
    [InlineData("0", "[main] cpus must be 1 to 32, not 0.")]
    [InlineData("33", "[main] cpus must be 1 to 32, not 33.")]
    [InlineData("-1", "[main] cpus must be 1 to 32, not -1.")]
    [InlineData("'4'", "[main] cpus must be an integer, not a string.")]
    [InlineData("4.0", "[main] cpus must be an integer, not a float.")]
    public void The_number_of_cpus_has_bounds(string cpus, string sentence) =>
        Configs.Refused($"[main]\nname = 'a'\ncpus = {cpus}\nmemory = 1\nbootrom = 'b'", "3:8: " + sentence);

    [Theory]
    [InlineData("0", "[main] memory must be 1 to 8388608, not 0.")]
    [InlineData("8388609", "[main] memory must be 1 to 8388608, not 8388609.")]
    [InlineData("-512", "[main] memory must be 1 to 8388608, not -512.")]
    [InlineData("0.5", "[main] memory must be an integer, not a float.")]
    [InlineData("'1G'", "[main] memory must be an integer, not a string.")]
    public void The_memory_has_bounds(string memory, string sentence) =>
        Configs.Refused($"[main]\nname = 'a'\nmemory = {memory}\ncpus = 1\nbootrom = 'b'", "3:10: " + sentence);

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    public void The_bounds_of_cpus_are_taken(int cpus) =>
        Assert.Equal(cpus, Configs.Parse($"[main]\nname = 'a'\ncpus = {cpus}\nmemory = 8388608\nbootrom = 'b'").Main.Cpus);

    [Theory]
    [InlineData("''", "[main] name must not be empty.")]
    [InlineData("3", "[main] name must be a string, not an integer.")]
    [InlineData("'a/b'", "[main] name must be 1 to 127 bytes without a slash or control characters: it also names files.")]
    [InlineData("'..'", "[main] name must be 1 to 127 bytes without a slash or control characters: it also names files.")]
    [InlineData("\"a\\tb\"", "[main] name must be 1 to 127 bytes without a slash or control characters: it also names files.")]
    public void A_name_can_name_files(string name, string sentence) =>
        Configs.Refused($"[main]\nname = {name}\ncpus = 1\nmemory = 1\nbootrom = 'b'", "2:8: " + sentence);

    [Fact]
    public void A_name_is_counted_in_bytes()
    {
        Assert.Equal(127, Configs.Parse($"[main]\nname = '{new string('a', 127)}'\ncpus = 1\nmemory = 1\nbootrom = 'b'").Main.Name.Length);
        Configs.Refused($"[main]\nname = '{new string('ä', 64)}'\ncpus = 1\nmemory = 1\nbootrom = 'b'",
            "2:8: [main] name must be 1 to 127 bytes without a slash or control characters: it also names files.");
    }

    [Theory]
    [InlineData("cpu = 4", "6:1: [main] has no key cpu; perhaps cpus is meant.")]
    [InlineData("boot-order = []", "6:1: [main] has no key boot-order; perhaps boot_order is meant.")]
    [InlineData("exit_on_halt = 256", "6:16: [main] exit_on_halt must be 0 to 255, not 256.")]
    [InlineData("exit_on_halt = '1'", "6:16: [main] exit_on_halt must be an integer, not a string.")]
    [InlineData("exit_on_reboot = -1", "6:18: [main] exit_on_reboot must be 0 to 255, not -1.")]
    [InlineData("exit_on_reboot = true", "6:18: [main] exit_on_reboot must be an integer, not a boolean.")]
    [InlineData("use_reservoir = 1", "6:17: [main] use_reservoir must be a boolean, not an integer.")]
    [InlineData("bootrom_version = 1", "6:19: [main] bootrom_version must be a string, not an integer.")]
    [InlineData("cpu_binding = 'lower-half'", "6:15: [main] cpu_binding cannot be lower-half; it must be any or upper-half.")]
    [InlineData("cpu_binding = 1", "6:15: [main] cpu_binding must be a string, not an integer.")]
    [InlineData("acpi_variant = 'V1'", "6:16: [main] acpi_variant cannot be V1; it must be V0.")]
    [InlineData("acpi_variant = 0", "6:16: [main] acpi_variant must be a string, not an integer.")]
    [InlineData("cpuid_profile = 1", "6:17: [main] cpuid_profile must be a string, not an integer.")]
    [InlineData("cpuid_profile = 'x'", "6:17: [main] cpuid_profile names the unknown profile x; there are none.")]
    [InlineData("cpuid_profile = 'milen'\n[cpuid.milan]\nvendor = 'amd'",
        "6:17: [main] cpuid_profile names the unknown profile milen; perhaps milan is meant.")]
    public void A_wrong_value_is_refused(string more, string sentence) => Configs.MoreRefused(more, sentence);

    const string ThreeDevices =
        "[dev.disk]\ndriver = 'pci-nvme'\nblock_dev = 'one'\npci-path = '0.4.0'\n"
        + "[dev.other]\ndriver = 'pci-virtio-block'\nblock_dev = 'two'\npci-path = '9.1.0'\n"
        + "[dev.net]\ndriver = 'pci-virtio-viona'\nvnic = 'v'\npci-path = '0.6.0'\n"
        + "[[pci_bridge]]\npci-path = '0.9.0'\ndownstream-bus = 9\n"
        + "[block_dev.one]\ntype = 'file'\npath = '1.img'\n[block_dev.two]\ntype = 'mem-async'\nsize = 4096\n";

    [Fact]
    public void The_boot_order_names_disks()
    {
        var config = Configs.With("boot_order = ['disk']\n" + ThreeDevices);
        Assert.Same(config.Devices[0], Assert.Single(config.Main.BootOrder!));
        Assert.Empty(Configs.With("boot_order = []\n").Main.BootOrder!);
    }

    [Theory]
    [InlineData("'disk'", "6:14: [main] boot_order must be an array, not a string.")]
    [InlineData("[1]", "6:15: [main] boot_order must be a string, not an integer.")]
    [InlineData("['disc']", "6:15: [main] boot_order names the unknown device disc; perhaps disk is meant.")]
    [InlineData("['disk', 'eth0']", "6:23: [main] boot_order names the unknown device eth0; known are disk, other.")]
    [InlineData("['net']", "6:15: [main] boot_order names net, which is no disk.")]
    [InlineData("['disk', 'disk']", "6:23: [main] boot_order names disk twice.")]
    [InlineData("['other']", "6:15: [main] boot_order names other at 9.1.0, and the firmware boots only from disks on bus 0.")]
    public void A_wrong_boot_order_is_refused(string order, string sentence) => Configs.MoreRefused($"boot_order = {order}\n{ThreeDevices}", sentence);

    [Fact]
    public void A_boot_order_without_disks_says_that_there_are_none() =>
        Configs.MoreRefused("boot_order = ['x']", "6:15: [main] boot_order names the unknown device x; there are none.");
}
