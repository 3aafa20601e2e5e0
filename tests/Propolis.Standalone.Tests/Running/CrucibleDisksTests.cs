using Propolis.Standalone.Config;
using Propolis.Standalone.Running;
using Propolis.Standalone.Tests.Config;
using Propolis.Vmm.Machine;

namespace Propolis.Standalone.Tests.Running;

/// <summary>From a configuration to a Crucible disk.</summary>
public sealed class CrucibleDisksTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("propolis-crucible");

    string ConfigFile => Path.Combine(_folder.FullName, "c.toml");

    string Generations => ConfigFile + ".generations";

    public void Dispose() => _folder.Delete(recursive: true);

    static CrucibleDiskConfig Disk(string more = "") => Configs.BlockDevice<CrucibleDiskConfig>(
        "[block_dev.c]\ntype = 'crucible'\nblock_size = 4096\nblocks_per_extent = 16\nextent_count = 3\n"
        + "targets = ['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3']\n" + more);

    CrucibleDisks Disks() => new(ConfigFile, new MachineInputQueue(), new Log(TextWriter.Null, LogLevel.Error), TimeProvider.System);

    [Fact]
    public void The_generation_of_the_configuration_is_taken_and_no_file_is_kept()
    {
        using var disk = Disks().Open(Disk("generation = 7"));
        Assert.Equal(7ul, ((Propolis.Crucible.Volumes.RegionRequest)disk.Request).Gen);
        Assert.False(File.Exists(Generations));
    }

    [Fact]
    public void Without_one_each_opening_gets_a_higher_one()
    {
        var disks = Disks();
        using var first = disks.Open(Disk());
        using var second = Disks().Open(Disk());
        Assert.True(((Propolis.Crucible.Volumes.RegionRequest)second.Request).Gen > ((Propolis.Crucible.Volumes.RegionRequest)first.Request).Gen);
        Assert.True(File.Exists(Generations));
    }

    [Fact]
    public void Every_key_reaches_the_request()
    {
        var key = Convert.ToBase64String(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());
        var request = CrucibleDisks.RequestOf(
            Disk($"upstairs_id = 'e4396bd0-ede1-48d7-ac14-3d2094dfba5b'\nflush_timeout = 0.25\nencryption_key = '{key}'\ncert_pem = '/c'\nkey_pem = '/k'\nroot_cert_pem = '/r'\n"
                + "control_addr = '127.0.0.1:7777'\nread_only = true\nsync = true\nlossy = true"),
            9);
        Assert.Equal((4096ul, 16ul, 3u, 9ul), (request.BlockSize, request.BlocksPerExtent, request.ExtentCount, request.Gen));
        Assert.Equal(["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"], request.Opts.Target);
        Assert.Equal((Guid.Parse("e4396bd0-ede1-48d7-ac14-3d2094dfba5b"), 0.25f, key), (request.Opts.Id, request.Opts.FlushTimeout, request.Opts.Key));
        Assert.Equal(("/c", "/k", "/r", "127.0.0.1:7777"), (request.Opts.CertPem, request.Opts.KeyPem, request.Opts.RootCertPem, request.Opts.Control));
        Assert.Equal((true, true, true), (request.Opts.ReadOnly, request.Opts.Sync, request.Opts.Lossy));
    }

    [Fact]
    public void Without_an_id_each_opening_is_somebody_new() =>
        Assert.NotEqual(CrucibleDisks.RequestOf(Disk(), 1).Opts.Id, CrucibleDisks.RequestOf(Disk(), 1).Opts.Id);
}
