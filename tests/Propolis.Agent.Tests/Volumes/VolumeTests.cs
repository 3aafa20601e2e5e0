using Propolis.Agent.Tests.Fakes;
using Propolis.Agent.Volumes;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Specs;
using Propolis.Contracts.Volumes;

namespace Propolis.Agent.Tests.Volumes;

public sealed class VolumeTests : IDisposable
{
    readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    VolumeFiles Files => new(_folder["volumes"], _folder["memory"]);

    [Fact]
    public void Relative_paths_lie_in_the_volume_folder_and_absolute_ones_stay()
    {
        Assert.Equal("/v/a/b.img", VolumeRules.PathOf("a/b.img", "/v"));
        Assert.Equal("/dev/sda", VolumeRules.PathOf("/dev/sda", "/v"));
    }

    [Fact]
    public void Paths_that_leave_the_volume_folder_are_refused() =>
        Assert.Contains("without \"..\"", Assert.Single(VolumeRules.Faults(With("../../etc/shadow", 512))), StringComparison.Ordinal);

    [Fact]
    public void Sizes_are_whole_blocks() => Assert.Contains("no whole number of blocks", Assert.Single(VolumeRules.Faults(With("a.img", 513))), StringComparison.Ordinal);

    [Fact]
    public void A_missing_file_is_made_once_with_its_size_and_kept()
    {
        Files.Prepare(Requests.Key(1), With("a.img", 4096));
        File.WriteAllText(_folder["volumes/a.img"], new string('x', 4096));
        Files.Prepare(Requests.Key(2), With("a.img", 4096));
        Assert.Equal('x', (char)File.ReadAllBytes(_folder["volumes/a.img"])[0]);
    }

    [Fact]
    public void A_file_that_is_too_small_is_told_and_left()
    {
        Files.Prepare(Requests.Key(1), With("a.img", 512));
        Assert.Contains("has 512 bytes, but the volume has 1024", Assert.Throws<AgentException>(() => Files.Prepare(Requests.Key(1), With("a.img", 1024))).Message, StringComparison.Ordinal);
        Assert.Equal(512, new FileInfo(_folder["volumes/a.img"]).Length);
    }

    [Fact]
    public void A_folder_elsewhere_is_not_made() =>
        Assert.Contains("cannot be made", Assert.Throws<AgentException>(() => Files.Prepare(Requests.Key(1), With(_folder["elsewhere/a.img"], 512))).Message, StringComparison.Ordinal);

    [Fact]
    public void Memory_is_given_back_to_the_one_that_had_it()
    {
        var request = With("a.img", 512) with { Disks = [Volume(VolumeKind.Memory, 512)] };
        var spec = Files.Prepare(Requests.Key(1), request);
        Files.Prepare(Requests.Key(12), request);
        Assert.StartsWith(_folder["memory"], Assert.IsType<FileStorageBackend>(spec.Components["data"]).Path, StringComparison.Ordinal);
        Files.Release(Requests.Key(1));
        Assert.Single(Directory.GetFiles(_folder["memory"]));
    }

    static DiskGeneration Volume(VolumeKind kind, long size) => new() { Backend = "data", Volume = EntityId.Parse<VolumeId>("vol-data"), Generation = 1, Kind = kind, SizeBytes = size };

    static VmmEnsureRequest With(string path, long size) =>
        Requests.Small("disk", Requests.Disk("disk", "data"), ("data", new FileStorageBackend { Path = path, Readonly = false, BlockSize = 512 })) with { Disks = [Volume(VolumeKind.File, size)] };
}
