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

    [Theory]
    [InlineData(1000u, 8, "cannot have a block size of 1000: it must be a power of two from 512 to 65536")]
    [InlineData(131072u, 8, "cannot have a block size of 131072: it must be a power of two from 512 to 65536")]
    [InlineData(512u, 0, "cannot have 0 workers: it must be 1 to 32")]
    [InlineData(512u, 33, "cannot have 33 workers: it must be 1 to 32")]
    public void Wrong_options_are_named(uint blockSize, int workers, string why)
    {
        var failure = Assert.Throws<BlockBackendException>(() => FileBackend.Open(new FileBackendOptions { Path = _path, BlockSize = blockSize, Workers = workers }));

        Assert.Equal($"Disk file {_path} {why}.", failure.Message);
    }

    [Fact]
    public async Task Zeroes_and_discards_give_space_back_where_the_file_system_can()
    {
        using var memory = new TestMemory();
        using var disk = Open();
        await disk.StartAsync(CancellationToken.None);
        var run = new BlockOperations(disk, memory);
        memory.Write(0, Enumerable.Repeat((byte)1, 1 << 19).ToArray());
        run.Run(BlockOperation.Write, 0, 1 << 19, new GuestSegment(0, 1 << 19));

        Assert.Equal(BlockStatus.Success, run.Run(BlockOperation.Discard, 0, 1 << 18));
        Assert.Equal(BlockStatus.Success, run.Run(BlockOperation.WriteZeroes, 1 << 18, (1 << 18) - 512));
        run.Run(BlockOperation.Read, 0, 1 << 19, new GuestSegment(0, 1 << 19));

        var contents = memory.Bytes(0, 1 << 19);
        Assert.All(contents[(1 << 18)..^512], b => Assert.Equal(0, b));
        Assert.All(contents[^512..], b => Assert.Equal(1, b));
        Assert.Equal(1 << 20, new FileInfo(_path).Length);
    }

    [Fact]
    public async Task Requests_are_timed_and_sized()
    {
        using var memory = new TestMemory();
        var clock = new SteppingClock();
        using var disk = FileBackend.Open(Options() with { Clock = clock });
        await disk.StartAsync(CancellationToken.None);
        var run = new BlockOperations(disk, memory) { StartedAt = 1 };

        run.Run(BlockOperation.Write, 0, 4096, new GuestSegment(0, 4096));

        // 100 microseconds are more than 64 and at most 128.
        Assert.Equal(1, disk.Counters.Latency(BlockOperation.Write)[7]);
        Assert.Equal((100, 1, 4096), (disk.Counters.Latency(BlockOperation.Write).Sum, disk.Counters.Size(BlockOperation.Write)[12], disk.Counters.BytesWritten));
    }

    [Fact]
    public async Task Everything_submitted_is_carried_out_before_the_disk_closes()
    {
        using var memory = new TestMemory();
        var disk = Open();
        await disk.StartAsync(CancellationToken.None);
        var ended = new CountingCompletion();
        for (var i = 0; i < 500; i++)
        {
            var request = new BlockRequest(ended, memory.Guest, i);
            request.Begin(BlockOperation.Read, (ulong)i * 512, 512);
            request.AddSegment((ulong)i * 512, 512);
            disk.Submit(request);
        }

        disk.Dispose();

        Assert.Equal(500, ended.Successes);
    }

    [Fact]
    public async Task Steady_load_allocates_nothing_on_the_submitter()
    {
        using var memory = new TestMemory();
        using var disk = Open();
        await disk.StartAsync(CancellationToken.None);
        var ended = new CountingCompletion();
        var request = new BlockRequest(ended, memory.Guest, 0);

        void Submit(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var expected = ended.Successes + 1;
                request.Begin(BlockOperation.Read, 0, 512);
                request.AddSegment(0, 512);
                disk.Submit(request);
                var spin = new SpinWait();
                while (ended.Successes != expected) spin.SpinOnce(sleep1Threshold: -1);
            }
        }

        Submit(100);
        Assert.Equal(0, Allocations.Least(() => Submit(1000)));
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

    FileBackend Open(bool readOnly = false) => FileBackend.Open(Options() with { ReadOnly = readOnly });

    FileBackendOptions Options()
    {
        if (!File.Exists(_path)) File.WriteAllBytes(_path, new byte[1 << 20]);
        return new FileBackendOptions { Path = _path, Workers = 2 };
    }

    sealed class CountingCompletion : IBlockCompletion
    {
        int _successes;

        public int Successes => Volatile.Read(ref _successes);

        public void Completed(BlockRequest request, BlockStatus status)
        {
            if (status == BlockStatus.Success) Interlocked.Increment(ref _successes);
        }
    }

    /// <summary>A clock that always stands 100 microseconds after its first tick.</summary>
    sealed class SteppingClock : TimeProvider
    {
        public override long TimestampFrequency => 1_000_000;

        public override long GetTimestamp() => 101;
    }
}
