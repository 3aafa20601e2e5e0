using System.Diagnostics;
using Propolis.Vmm.Block;
using Propolis.Vmm.Block.File;
using Propolis.Vmm.Memory;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Block;

public sealed class FileBackendTests : BlockBackendContract
{
    readonly string _path = Path.Combine(Path.GetTempPath(), $"propolis-disk-{Guid.NewGuid():n}");

    protected override IBlockBackend OpenDisk() => Open();

    [Fact]
    public void Second_writer_is_refused()
    {
        using var first = Open();

        var failure = Assert.Throws<BlockBackendException>(() => Open());

        Assert.Equal($"Disk file {_path} is in use by another machine.", failure.Message);
    }

    [Fact]
    public void Readers_share_a_file()
    {
        using var first = Open(readOnly: true);
        using var second = Open(readOnly: true);

        Assert.Throws<BlockBackendException>(() => Open());
    }

    [Fact]
    public async Task Read_only_disk_refuses_every_change()
    {
        using var memory = new TestMemory();
        using var disk = Open(readOnly: true);
        await disk.StartAsync(CancellationToken.None);
        var run = new BlockOperations(disk, memory);

        Assert.Equal(BlockStatus.ReadOnly, run.Run(BlockOperation.Write, 0, 512, new GuestSegment(0, 512)));
        Assert.Equal(BlockStatus.ReadOnly, run.Run(BlockOperation.Discard, 0, 512));
        Assert.Equal(BlockStatus.ReadOnly, run.Run(BlockOperation.WriteZeroes, 0, 512));
        Assert.Equal(BlockStatus.Success, run.Run(BlockOperation.Read, 0, 512, new GuestSegment(0, 512)));
        Assert.Equal((1, 1), (disk.Counters.Operations(BlockOperation.Read), disk.Counters.Failures(BlockOperation.Write)));
    }

    [Fact]
    public void Missing_empty_or_odd_file_is_named()
    {
        var missing = Assert.Throws<BlockBackendException>(() => FileBackend.Open(new FileBackendOptions { Path = _path }));
        Assert.Equal($"Disk file {_path} does not exist.", missing.Message);

        File.WriteAllBytes(_path, []);
        var empty = Assert.Throws<BlockBackendException>(() => FileBackend.Open(new FileBackendOptions { Path = _path }));
        Assert.Equal($"Disk file {_path} is empty.", empty.Message);

        File.WriteAllBytes(_path, new byte[1000]);
        var odd = Assert.Throws<BlockBackendException>(() => FileBackend.Open(new FileBackendOptions { Path = _path }));
        Assert.Equal($"Disk file {_path} has 1000 bytes, which is not a multiple of its block size 512.", odd.Message);
    }

    [Fact]
    public async Task File_that_became_shorter_fails_the_read()
    {
        using var memory = new TestMemory();
        using var disk = Open();
        await disk.StartAsync(CancellationToken.None);
        // By another program: .NET itself would respect the lock.
        using (var truncate = Process.Start("truncate", ["-s", "1024", _path])) await truncate.WaitForExitAsync();

        Assert.Equal(BlockStatus.Failed, new BlockOperations(disk, memory).Run(BlockOperation.Read, 4096, 512, new GuestSegment(0, 512)));
    }

    protected override void CleanUp() => File.Delete(_path);

    FileBackend Open(bool readOnly = false)
    {
        if (!File.Exists(_path)) File.WriteAllBytes(_path, new byte[1 << 20]);
        return FileBackend.Open(new FileBackendOptions { Path = _path, ReadOnly = readOnly, Workers = 2 });
    }
}
