using FsCheck;
using FsCheck.Fluent;
using Propolis.Standalone.Config;
using Propolis.Toml;
using Propolis.Vmm.Pci;

namespace Propolis.Standalone.Tests.Config;

/// <summary>The file as a whole, and the examples that users start from.</summary>
public sealed class WholeConfigTests
{
    [Fact]
    public void The_example_of_the_original_is_read_as_it_stands()
    {
        var config = Configs.Parse("""
            [main]
            name = "testvm"
            cpus = 4
            bootrom = "/path/to/bootrom/OVMF_CODE.fd"
            memory = 1024

            [block_dev.alpine_iso]
            type = "file"
            path = "/path/to/alpine-extended-3.12.0-x86_64.iso"

            [dev.block0]
            driver = "pci-virtio-block"
            block_dev = "alpine_iso"
            pci-path = "0.4.0"

            [dev.net0]
            driver = "pci-virtio-viona"
            vnic = "vnic_name"
            pci-path = "0.5.0"
            """);
        Assert.Equal("c.toml", config.FileName);
        Assert.Equal(("testvm", 4, 1024UL), (config.Main.Name, config.Main.Cpus, config.Main.MemoryMiB));
        Assert.Equal("/path/to/bootrom/OVMF_CODE.fd", Assert.IsType<BootSource.Firmware>(config.Main.Boot).Bootrom.Text);
        var disk = Assert.IsType<VirtioBlockConfig>(config.Devices[0]);
        Assert.Equal(("block0", new PciPath(0, 4, 0)), (disk.Name, disk.PciPath));
        Assert.Same(config.BlockDevices[0], disk.BlockDevice);
        Assert.Equal("/path/to/alpine-extended-3.12.0-x86_64.iso", Assert.IsType<FileDiskConfig>(disk.BlockDevice).Path.Text);
        var net = Assert.IsType<VionaConfig>(config.Devices[1]);
        Assert.Equal(("net0", "vnic_name", new PciPath(0, 5, 0)), (net.Name, net.Vnic, net.PciPath));
    }

    [Fact]
    public void The_example_of_the_readme_is_a_correct_configuration()
    {
        var config = Configs.Parse(ReadmeExample());
        Assert.Equal(5, config.BlockDevices.Count);
        Assert.Equal(5, config.Devices.Count);
        Assert.NotNull(config.CloudInit);
        Assert.NotNull(config.Main.CpuidProfile);
        Assert.Equal(2, config.Main.BootOrder!.Count);
    }

    /// <summary>Lines of the example are left out, doubled and swapped, and values exchanged: the order of checks must never matter.</summary>
    [Fact]
    public void A_damaged_configuration_is_read_or_refused_in_one_sentence()
    {
        var lines = ReadmeExample().Split('\n');
        var values = lines.Where(line => line.Contains(" = ", StringComparison.Ordinal)).Select(line => line.Split(" = ")[1]).ToArray();
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var text = Damage([.. lines], values, new Random(seed));
            return IsReadOrRefused(text).Label(text);
        }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    static string Damage(List<string> lines, string[] values, Random lots)
    {
        for (var i = 0; i <= lots.Next(3); i++)
        {
            var at = lots.Next(lines.Count);
            switch (lots.Next(4))
            {
                case 0:
                    lines.RemoveAt(at);
                    break;
                case 1:
                    lines.Insert(lots.Next(lines.Count), lines[at]);
                    break;
                case 2:
                    lines[at] = lines[at].TrimStart('#', ' ');
                    break;
                default:
                    lines[at] = lines[at].Split(" = ")[0] + " = " + values[lots.Next(values.Length)];
                    break;
            }
        }
        return string.Join('\n', lines);
    }

    static bool IsReadOrRefused(string text)
    {
        try
        {
            BuildSupport.Check(Configs.Parse(text), onBhyve: false);
            return true;
        }
        catch (ConfigException e)
        {
            return e.Message.StartsWith("c.toml:", StringComparison.Ordinal) && e.Message.EndsWith('.') && !e.Message.Any(char.IsControl);
        }
    }

    static string ReadmeExample()
    {
        using var stream = typeof(WholeConfigTests).Assembly.GetManifestResourceStream("config-readme")!;
        return new StreamReader(stream).ReadToEnd().Split("```toml\n")[1].Split("```")[0];
    }

    [Fact]
    public void What_is_not_said_has_a_default()
    {
        var config = Configs.With("");
        Assert.False(config.EnablePcie);
        Assert.Empty(config.Bridges);
        Assert.Empty(config.BlockDevices);
        Assert.Empty(config.Devices);
        Assert.Null(config.CloudInit);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public void The_chipset_may_have_ecam(string written, bool enabled) =>
        Assert.Equal(enabled, Configs.With("[chipset]\nenable-pcie = " + written).EnablePcie);

    [Theory]
    [InlineData("[chipset]\nenable-pcie = 1", "7:15: [chipset] enable-pcie must be a boolean, not an integer.")]
    [InlineData("[chipset]\nenable_pcie = true", "7:1: [chipset] has no key enable_pcie; perhaps enable-pcie is meant.")]
    [InlineData("[devices]", "6:2: the file has no key devices; known are main, chipset, pci_bridge, block_dev, dev, cpuid, cloudinit.")]
    [InlineData("[blok_dev.x]", "6:2: the file has no key blok_dev; perhaps block_dev is meant.")]
    [InlineData("[[chipset]]", "6:3: [chipset] must be a table, not an array.")]
    [InlineData("[[dev]]", "6:3: [dev] must be a table, not an array.")]
    [InlineData("[dev]\nx = 1", "7:5: [dev.x] must be a table, not an integer.")]
    [InlineData("[block_dev]\nx = 'y'", "7:5: [block_dev.x] must be a table, not a string.")]
    [InlineData("[cpuid]\n\"a b\" = []", "7:9: [cpuid.\"a b\"] must be a table, not an array.")]
    public void A_wrong_table_is_refused(string more, string sentence) => Configs.MoreRefused(more, sentence);

    [Fact]
    public void Keys_of_the_server_are_no_keys_of_the_standalone() =>
        Configs.Refused("bootrom = \"x\"", "1:1: the file has no key bootrom; known are main, chipset, pci_bridge, block_dev, dev, cpuid, cloudinit.");

    [Fact]
    public void A_file_without_main_is_refused() =>
        Configs.Refused("", " the table [main] is missing; it needs name, cpus, memory and bootrom or kernel.");

    [Fact]
    public void A_mistake_in_the_toml_is_passed_on()
    {
        var e = Assert.Throws<ConfigException>(() => Configs.Parse("[main]\nname = vm"));
        Assert.Equal("c.toml:2:8: vm is no value of TOML; a text needs quotes, a number starts with a digit.", e.Message);
        Assert.Equal("c.toml", e.FileName);
        Assert.Equal(2, e.Position.Line);
    }
}
