using Propolis.Cli.Cluster.Files;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Specs;
using Propolis.Contracts.Volumes;

namespace Propolis.Cli.Tests.Cluster;

public sealed class InstanceFilesTests
{
    const string Main = "[main]\nname = \"web\"\ncpus = 2\nmemory = 512\n";

    [Fact]
    public void The_demo_brings_a_disk_on_three_sleds_and_may_run_on_elsewhere()
    {
        var demo = InstanceFiles.Read(Example("demo.toml"), "default");
        Assert.Equal((VolumeKind.Crucible, "demo-data", 64L << 20), (Assert.Single(demo.Disks).New!.Kind, demo.Disks[0].New!.Name, demo.Disks[0].New!.SizeBytes));
        Assert.Equal(SledLossPolicy.StorageFenced, demo.Template.SledLoss);
    }

    [Fact]
    public void Examples_without_disks_run_in_a_cluster_as_they_are()
    {
        var template = InstanceFiles.Read(Example("linux.toml"), "default").Template;
        Assert.Equal(("vmlinuz", "initrd.img"), (template.Boot!.Kernel, template.Boot.Initrd));
        Assert.Empty(SpecRules.Faults(template.Spec));
    }

    [Fact]
    public void Files_beside_the_configuration_are_not_on_the_sleds() =>
        Assert.Contains("absolute path", Assert.Throws<CliException>(() => InstanceFiles.Read(Example("seabios.toml"), "default")).Message, StringComparison.Ordinal);

    [Fact]
    public void The_machine_is_what_main_says()
    {
        var template = Read(Main + "kernel = \"../images/vmlinuz\"\ncmdline = \"console=ttyS0\"\n").Template;

        Assert.Equal(("web", "p", 2, 512ul), (template.Name, template.Project, template.Spec.Board.Cpus, template.Spec.Board.MemoryMb));
        Assert.Equal(new BootSource { Kernel = "vmlinuz", Cmdline = "console=ttyS0" }, template.Boot);
        Assert.Equal(4, template.Spec.Components.Values.OfType<SerialPort>().Count());
    }

    [Fact]
    public void Without_an_image_the_sled_chooses() => Assert.Null(Read(Main).Template.Boot);

    [Fact]
    public void What_only_a_cluster_knows_has_a_table_of_its_own()
    {
        var template = Read(Main + """
            [instance]
            project = "shop"
            description = "front"
            restart = "never"
            sled_loss = "storage-fenced"
            start = false
            [[group]]
            name = "fronts"
            rule = "apart"
            required = true
            """).Template;

        Assert.Equal(("shop", "front", RestartMode.Never, SledLossPolicy.StorageFenced, false), (template.Project, template.Description, template.Restart.Mode, template.SledLoss, template.Start));
        Assert.Equal(new PlacementGroup { Name = "fronts", Rule = GroupRule.Apart, Required = true }, Assert.Single(template.Groups));
    }

    [Fact]
    public void Disks_and_cards_become_components()
    {
        var file = Read(Main + """
            boot_order = ["nvme0"]
            [block_dev.data]
            type = "volume"
            volume = "vol-1"
            read_only = true
            [block_dev.scratch]
            type = "mem-async"
            size = 1048576
            [block_dev.iso]
            type = "file"
            path = "/srv/guest.iso"
            [dev.nvme0]
            driver = "pci-nvme"
            block_dev = "data"
            pci-path = "0.4.0"
            [dev.block0]
            driver = "pci-virtio-block"
            block_dev = "scratch"
            pci-path = "0.5.0"
            [dev.block1]
            driver = "pci-virtio-block"
            block_dev = "iso"
            pci-path = "0.6.0"
            [dev.net0]
            driver = "pci-virtio-viona"
            vnic = "vnic0"
            pci-path = "0.7.0"
            [dev.panic]
            driver = "qemu-pvpanic"
            enable_isa = true
            [chipset]
            enable-pcie = true
            """);

        var components = file.Template.Spec.Components;
        Assert.Equal("data                ", string.Concat(Assert.IsType<NvmeDisk>(components["nvme0"]).SerialNumber.Select(letter => (char)letter)));
        Assert.Equal("/srv/guest.iso", Assert.IsType<FileStorageBackend>(components["iso-backend"]).Path);
        Assert.Equal("vnic0", Assert.IsType<VirtioNetworkBackend>(components["net0-backend"]).VnicName);
        Assert.True(Assert.IsType<I440Fx>(file.Template.Spec.Board.Chipset).EnablePcie);
        Assert.Equal("nvme0", Assert.IsType<BootSettings>(components["boot_settings"]).Order.Single().Id.Value);
        Assert.Equal([new VolumeDisk("data-backend", true, "vol-1", null), new VolumeDisk("scratch-backend", false, null, new() { Project = "p", Name = "web-scratch", Kind = VolumeKind.Memory, SizeBytes = 1048576 })], file.Disks);
    }

    [Fact]
    public void A_volume_with_a_size_is_made_on_crucible_with_the_instance()
    {
        var file = Read(Main + "[block_dev.data]\ntype = \"volume\"\nsize = 67108864\n[dev.d]\ndriver = \"pci-nvme\"\nblock_dev = \"data\"\npci-path = \"0.4.0\"\n");

        Assert.Equal(
            [new VolumeDisk("data-backend", false, null, new() { Project = "p", Name = "web-data", Kind = VolumeKind.Crucible, SizeBytes = 64 << 20, BlockSize = 4096 })],
            file.Disks);
    }

    [Theory]
    [InlineData("[main]\nname = \"x\"\ncpus = 0\nmemory = 1\n", "cpus must be 1 to 255")]
    [InlineData("[mian]\n", "perhaps main is meant")]
    [InlineData(Main + "memroy = 3\n", "perhaps memory is meant")]
    [InlineData(Main + "uefi_vars = \"v\"\n", "without a cluster")]
    [InlineData(Main + "[cloudinit]\nuser-data = \"x\"\n", "without a cluster")]
    [InlineData(Main + "kernel = \"k\"\nbootrom = \"b\"\n", "one of them")]
    [InlineData(Main + "[block_dev.a]\ntype = \"crucible\"\n", "volume create")]
    [InlineData(Main + "[block_dev.a]\ntype = \"mem-async\"\nsize = 1000\n", "multiple of the block size")]
    [InlineData(Main + "[block_dev.a]\ntype = \"volume\"\nvolume = \"v\"\n", "used by no device")]
    [InlineData(Main + "[block_dev.a]\ntype = \"volume\"\nvolume = \"v\"\nsize = 1\n", "remove one of the two")]
    [InlineData(Main + "[block_dev.a]\ntype = \"volume\"\nsize = 1000\n", "multiple of 1048576 (1 MiB)")]
    [InlineData(Main + "[block_dev.a]\ntype = \"volume\"\nsize = 1048576\nblock_size = 65536\n", "512 to 32768")]
    [InlineData(Main + "[block_dev.a]\ntype = \"volume\"\nvolume = \"v\"\nblock_size = 512\n", "it needs size, too")]
    [InlineData(Main + "[block_dev.a]\ntype = \"file\"\npath = \"a.img\"\n", "absolute path")]
    [InlineData(Main + "[dev.d]\ndriver = \"pci-virtio-block\"\nblock_dev = \"a\"\npci-path = \"0.4.0\"\n", "unknown block device")]
    [InlineData(Main + "[dev.d]\ndriver = \"pci-virtio-socket\"\n", "unknown in a cluster")]
    [InlineData(Main + "boot_order = [\"d\"]\n", "no disk")]
    [InlineData(Main + "[instance]\nrestart = \"always\"\n", "never, on-failure")]
    [InlineData(Main + "[[group]]\nname = \"g\"\n", "needs the key rule")]
    public void Mistakes_are_told_in_one_sentence_with_their_place(string text, string expected)
    {
        var wrong = Assert.Throws<CliException>(() => Read(text));
        Assert.Equal(CliException.Usage, wrong.ExitCode);
        Assert.StartsWith("web.toml:", wrong.Message, StringComparison.Ordinal);
        Assert.Contains(expected, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_devices_cannot_share_a_slot_or_a_disk()
    {
        const string disks = Main + "[block_dev.a]\ntype = \"mem-async\"\nsize = 512\n[block_dev.b]\ntype = \"mem-async\"\nsize = 512\n[dev.x]\ndriver = \"pci-virtio-block\"\nblock_dev = \"a\"\npci-path = \"0.4.0\"\n";
        Assert.Contains("taken already", Assert.Throws<CliException>(() => Read(disks + "[dev.y]\ndriver = \"pci-virtio-block\"\nblock_dev = \"b\"\npci-path = \"0.4.0\"\n")).Message, StringComparison.Ordinal);
        Assert.Contains("uses already", Assert.Throws<CliException>(() => Read(disks + "[dev.y]\ndriver = \"pci-virtio-block\"\nblock_dev = \"a\"\npci-path = \"0.5.0\"\n")).Message, StringComparison.Ordinal);
    }

    static InstanceFile Read(string text) => InstanceFiles.Parse(text, "web.toml", "p");

    static string Example(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Propolis.sln"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, "deploy", "examples", name);
    }
}
