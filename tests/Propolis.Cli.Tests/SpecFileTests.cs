using Propolis.Contracts.Specs;
using Propolis.SpecFiles;
using Propolis.Toml;

namespace Propolis.Cli.Tests;

/// <summary>The TOML dialect of specs, which propolis-cli and propolis-server read alike.</summary>
public sealed class SpecFileTests
{
    const string Disk = "[block_dev.b]\ntype = \"file\"\npath = \"/b\"\n";

    [Fact]
    public void Every_key_of_the_original_is_read()
    {
        var file = SpecFile.Parse("""
            [main]
            boot_order = ["nv"]
            [chipset]
            enable-pcie = true
            [[pci_bridge]]
            pci-path = "0.8.0"
            downstream-bus = 1
            [block_dev.b]
            type = "file"
            path = "/b"
            readonly = true
            block_size = 4096
            workers = 4
            [dev.nv]
            driver = "pci-nvme"
            block_dev = "b"
            pci-path = "0.4.0"
            [dev.net]
            driver = "pci-virtio-viona"
            vnic = "net0"
            pci-path = "1.1.0"
            [dev.sock]
            driver = "pci-virtio-socket"
            guest_cid = 3
            pci-path = "0.6.0"
            [dev.test-migration-failure]
            fail_exports = 1
            fail_imports = 2
            """, "vm.toml");

        Assert.True(file.EnablePcie);
        Assert.Null(file.Boot);
        Assert.Equal(["b", "boot-settings", "net", "net-backend", "nv", "pci-bridge-1", "sock", "test-migration-failure"], file.Components.Keys.Select(key => key.Value));
        Assert.Equal(new FileStorageBackend { Path = "/b", Readonly = true, BlockSize = 4096, Workers = 4 }, file.Components["b"]);
        Assert.Equal("nv                  ", System.Text.Encoding.ASCII.GetString(((NvmeDisk)file.Components["nv"]).SerialNumber.AsSpan()));
        Assert.Equal(new MigrationFailureInjector { FailExports = 1, FailImports = 2 }, file.Components["test-migration-failure"]);
    }

    [Fact]
    public void The_same_file_names_the_same_interface_each_time()
    {
        const string text = "[dev.net]\ndriver = \"pci-virtio-viona\"\nvnic = \"net0\"\npci-path = \"0.5.0\"\n";

        Assert.Equal(SpecFile.Parse(text, "a").Components, SpecFile.Parse(text, "b").Components);
    }

    [Theory]
    [InlineData("[dev.d]\ndriver = \"pci-nvme\"\nblock_dev = \"b\"\npci-path = \"0.4.0\"\n", "unknown block device")]
    [InlineData(Disk + "[dev.d]\ndriver = \"pci-nvme\"\nblock_dev = \"b\"\npci-path = \"4\"\n", "bus.device.function")]
    [InlineData(Disk + "[dev.d]\ndriver = \"pci-nvme\"\nblock_dev = \"b\"\npci-path = \"2.4.0\"\n", "bus 2")]
    [InlineData(Disk + "[dev.d]\ndriver = \"pci-nvme\"\nblock_dev = \"b\"\npci-path = \"0.4.0\"\n[dev.e]\ndriver = \"pci-nvme\"\nblock_dev = \"b\"\npci-path = \"0.5.0\"\n", "uses already")]
    [InlineData("[block_dev.b]\ntype = \"crucible\"\n", "file is the only type")]
    [InlineData("[block_dev.b]\ntype = \"file\"\npath = \"/b\"\nblock_size = 1000\n", "power of two")]
    [InlineData("[dev.d]\ndriver = \"pci-virtio-9p\"\n", "falcon")]
    [InlineData("[main]\nboot_order = [\"x\"]\n", "no disk")]
    [InlineData("[[pci_bridge]]\npci-path = \"0.8.0\"\ndownstream-bus = 1\n[[pci_bridge]]\npci-path = \"0.9.0\"\ndownstream-bus = 1\n", "behind another bridge")]
    [InlineData("bootrom = \"a\"\nkernel = \"b\"\n", "one of them")]
    [InlineData("initrd = \"a\"\n", "bootrom")]
    [InlineData("[cpuid.x]\nvendor = \"amd\"\n\"q\" = [1, 2, 3, 4]\n", "hexadecimal")]
    [InlineData("[cpuid.x]\nvendor = \"amd\"\n\"1\" = [1, 2, 3]\n", "eax")]
    [InlineData("[devs]\n", "perhaps dev")]
    public void A_mistake_is_told_with_its_place(string text, string told)
    {
        var wrong = Assert.Throws<ConfigException>(() => SpecFile.Parse(text, "vm.toml"));

        Assert.StartsWith("vm.toml:", wrong.Message);
        Assert.Contains(told, wrong.Message);
    }
}
