using Propolis.Crucible.Downstairs;
using Propolis.Crucible.Extents;
using Propolis.Crucible.Tests.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Downstairs;

public sealed class SnapshotTests
{
    const string Root = "/region";
    readonly CrashingFileTree _files = new();

    [Fact]
    public void Reflinked_snapshots_are_read_only_regions_that_stay_as_they_were()
    {
        using var region = Make();
        region.WriteBlock(3, Golden.Filled(512, 1));
        region.Flush(1, 1, null);
        Assert.Null(Snapshots(clones: true).Take(region, "s1"));
        region.WriteBlock(3, Golden.Filled(512, 2));
        region.Flush(1, 2, null);
        Assert.Null(Snapshots(clones: true).Take(region, "s1"));
        using var snapshot = Region.Open(_files, Root + "/.snapshots/s1", readOnly: true);
        Assert.Equal(1, snapshot.ReadBlock(3).Data[0]);
        Assert.Equal(2, region.ReadBlock(3).Data[0]);
    }

    [Fact]
    public void A_snapshot_that_is_removed_is_gone_and_removing_it_again_changes_nothing()
    {
        using var region = Make();
        Assert.Null(Snapshots(clones: true).Take(region, "s1"));
        Assert.Null(Snapshots(clones: true).Take(region, "s2"));
        Assert.Null(Snapshots(clones: true).Remove(region.Paths, "s1"));
        Assert.Null(Snapshots(clones: true).Remove(region.Paths, "s1"));
        Assert.False(_files.Exists(Root + "/.snapshots/s1"));
        Assert.True(_files.Exists(Root + "/.snapshots/s2/region.json"));
        Assert.Contains("is no snapshot name", Snapshots(clones: true).Remove(region.Paths, "..")!.Text);
        Assert.Equal("busy", Snapshots(clones: true, zfs: "busy").Remove(region.Paths, "s2")!.Text);
    }

    [Fact]
    public void Without_reflinks_the_file_system_itself_is_asked()
    {
        using var region = Make();
        Assert.Null(Snapshots(clones: false, zfs: null).Take(region, "s1"));
        Assert.False(_files.Exists(Root + "/.snapshots/s1"));
    }

    [Fact]
    public void Where_neither_works_the_error_says_so()
    {
        using var region = Make();
        var error = Snapshots(clones: false, zfs: "there is no zfs command").Take(region, "s1")!;
        Assert.Equal(CrucibleErrorKind.SnapshotFailed, error.Kind);
        Assert.Contains("can neither share blocks between files (reflink) nor take a ZFS snapshot: there is no zfs command", error.Text);
    }

    [Theory]
    [InlineData(""), InlineData("../x"), InlineData("a b"), InlineData(".hidden"), InlineData("x;rm")]
    public void Names_that_are_no_names_are_refused(string name)
    {
        using var region = Make();
        Assert.Contains("is no snapshot name", Snapshots(clones: true).Take(region, name)!.Text);
    }

    [Fact]
    public void The_disk_of_this_machine_gives_a_snapshot_or_an_honest_error()
    {
        var root = Directory.CreateTempSubdirectory("crucible-snapshot-").FullName;
        try
        {
            var files = new HostFileTree();
            Region.Create(files, root + "/r", new(512, 8, 2, Guid.Empty, false));
            using var region = Region.Open(files, root + "/r", readOnly: false);
            var error = new FileSystemSnapshots(files, new HostCloning()).Take(region, "s1");
            Assert.Equal(error is null, Directory.Exists(root + "/r/.snapshots/s1"));
            Assert.True(error is null || error.Kind == CrucibleErrorKind.SnapshotFailed);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    Region Make()
    {
        Region.Create(_files, Root, new(512, 8, 2, Guid.Empty, false));
        return Region.Open(_files, Root, readOnly: false);
    }

    FileSystemSnapshots Snapshots(bool clones, string? zfs = null) => new(_files, new FakeCloning(_files, clones, zfs));

    sealed class FakeCloning(CrashingFileTree files, bool clones, string? zfs) : ICloning
    {
        public bool TryCloneFile(string source, string target)
        {
            using var file = files.Create(target);
            if (clones)
                file.Write(0, files.Content(source));
            return clones;
        }

        public string? RemoveSnapshot(string directory, string name) => zfs;

        public string? SnapshotFileSystem(string directory, string name) => zfs;
    }
}
