using Propolis.Standalone.Config;
using Propolis.Toml;

namespace Propolis.Standalone.Tests.Config;

/// <summary>What is correct but cannot be run here yet.</summary>
public sealed class BuildSupportTests
{
    static void NotRun(string more, bool onBhyve, string sentence)
    {
        var config = Configs.With(more);
        Assert.Equal("c.toml:" + sentence, Assert.Throws<ConfigException>(() => BuildSupport.Check(config, onBhyve)).Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_built_is_run(bool onBhyve) =>
        BuildSupport.Check(Configs.Parse(Configs.TwoDisks + "[dev.a]\ndriver = 'pci-nvme'\nblock_dev = 'one'\npci-path = '0.4.0'\n"
            + "[dev.n]\ndriver = 'pci-virtio-viona'\nvnic = 'v'\npci-path = '0.5.0'\n[dev.p]\ndriver = 'qemu-pvpanic'\nenable_isa = true"), onBhyve);

    [Fact]
    public void The_reservoir_is_that_of_bhyve()
    {
        BuildSupport.Check(Configs.With("use_reservoir = true"), onBhyve: true);
        BuildSupport.Check(Configs.With("use_reservoir = false"), onBhyve: false);
        NotRun("use_reservoir = true", false, "6:17: [main] use_reservoir needs the memory reservoir of bhyve, and this host has KVM; remove it.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Crucible_is_built(bool onBhyve) =>
        BuildSupport.Check(Configs.With("[block_dev.c]\ntype = 'crucible'\nblock_size = 512\nblocks_per_extent = 1\nextent_count = 1\n"
            + "targets = ['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3']\n[block_dev.m]\ntype = 'crucible-mem'\nsize = 512"), onBhyve);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sockets_are_not_built_yet(bool onBhyve)
    {
        NotRun("[dev.v]\ndriver = 'pci-virtio-socket'\nguest_cid = 3\npci-path = '0.9.0'\nport_mappings = []", onBhyve,
            "6:6: [dev.v] driver pci-virtio-socket is not in this build yet.");
    }
}
