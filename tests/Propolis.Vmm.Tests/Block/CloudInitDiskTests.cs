using System.Diagnostics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Block;
using Propolis.Vmm.Block.CloudInit;

namespace Propolis.Vmm.Tests.Block;

public sealed class CloudInitDiskTests
{
    [Fact]
    public void Volume_holds_the_files_under_their_long_names()
    {
        var volume = new FatReader(CloudInitDisk.Build(Files("#cloud-config\n", "instance-id: a\n", "version: 2\n")));

        Assert.Equal("cidata", volume.Label);
        Assert.Equal(["META-D~1", "NETWOR~1", "USER-D~1"], volume.ShortNames.Order(StringComparer.Ordinal));
        Assert.Equal("#cloud-config\n", Encoding.UTF8.GetString(volume.Files["user-data"]));
        Assert.Equal("instance-id: a\n", Encoding.UTF8.GetString(volume.Files["meta-data"]));
        Assert.Equal("version: 2\n", Encoding.UTF8.GetString(volume.Files["network-config"]));
    }

    [Fact]
    public void Files_that_are_needed_are_there_even_when_empty()
    {
        var image = CloudInitDisk.Build(new CloudInitFiles());
        var volume = new FatReader(image);

        Assert.Equal(["meta-data", "user-data"], volume.Files.Keys.Order(StringComparer.Ordinal));
        Assert.All(volume.Files.Values, Assert.Empty);
        // One boot sector, two tables of one sector, 32 for the root directory and five clusters.
        Assert.Equal(40 * 512, image.Length);
    }

    [Fact]
    public void Any_sizes_come_back() =>
        Prop.ForAll(Gen.Choose(0, 300_000).Three().ToArbitrary(), sizes =>
        {
            var (user, meta, network) = sizes;
            var files = new CloudInitFiles { UserData = Bytes(user, 1), MetaData = Bytes(meta, 2), NetworkConfig = Bytes(network, 3) };
            var volume = new FatReader(CloudInitDisk.Build(files));
            return volume.Files["user-data"].AsSpan().SequenceEqual(files.UserData.Span)
                && volume.Files["meta-data"].AsSpan().SequenceEqual(files.MetaData.Span)
                && volume.Files["network-config"].AsSpan().SequenceEqual(files.NetworkConfig.Value.Span);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Large_files_get_larger_clusters()
    {
        var contents = Bytes(FatVolume.MaxContents - 10, 9);

        var volume = new FatReader(CloudInitDisk.Build(new CloudInitFiles { UserData = contents, MetaData = Bytes(10, 1) }));

        Assert.Equal(contents, volume.Files["user-data"]);
    }

    [Fact]
    public void Too_large_files_are_refused()
    {
        var failure = Assert.Throws<BlockBackendException>(() => CloudInitDisk.Build(new CloudInitFiles { UserData = new byte[FatVolume.MaxContents + 1] }));

        Assert.Equal("The files of the volume cidata have 16777217 bytes; at most 16777216 fit.", failure.Message);
    }

    [Fact]
    public void Same_files_give_the_same_disk_and_it_is_read_only()
    {
        var files = Files("a", "b", "c");

        using var disk = CloudInitDisk.Open(files);

        Assert.Equal(CloudInitDisk.Build(files), CloudInitDisk.Build(Files("a", "b", "c")));
        Assert.True(disk.Geometry.ReadOnly);
    }

    [Fact]
    public void Mtools_and_fsck_agree()
    {
        Assert.SkipUnless(IsInstalled("mtype"), "mtools is not installed");
        var path = Path.Combine(Path.GetTempPath(), $"propolis-cidata-{Guid.NewGuid():n}");
        try
        {
            File.WriteAllBytes(path, CloudInitDisk.Build(new CloudInitFiles { UserData = Bytes(200_000, 4), MetaData = "instance-id: a\n"u8.ToArray(), NetworkConfig = Bytes(700, 5) }));

            Assert.Equal((0, "instance-id: a\n"), Run("mtype", "-i", path, "::meta-data"));
            Assert.Contains("network-config", Run("mdir", "-i", path, "::").Output, StringComparison.Ordinal);
            Assert.Contains("cidata", Run("mlabel", "-i", path, "-s", "::").Output, StringComparison.OrdinalIgnoreCase);
            if (IsInstalled("fsck.fat")) Assert.Equal(0, Run("fsck.fat", "-n", path).ExitCode);
        }
        finally
        {
            File.Delete(path);
        }
    }

    static CloudInitFiles Files(string user, string meta, string network) => new()
    {
        UserData = Encoding.UTF8.GetBytes(user),
        MetaData = Encoding.UTF8.GetBytes(meta),
        NetworkConfig = Encoding.UTF8.GetBytes(network),
    };

    static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(folder => File.Exists(Path.Combine(folder, program)));

    static (int ExitCode, string Output) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
