using Propolis.Crucible.Upstairs;
using Propolis.Crucible.Volumes;
using Propolis.Vmm.Block;
using Propolis.Vmm.Memory;
using Propolis.Vmm.Tests.Block;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Disks.Tests;

/// <summary>What a Crucible disk does beyond other disks.</summary>
public sealed class CrucibleBackendTests : IDisposable
{
    readonly TestMemory _memory = new();

    public void Dispose() => _memory.Dispose();

    [Fact]
    public async Task Geometry_is_known_before_anything_is_connected()
    {
        await using var disk = new CrucibleDisk();
        await disk.Downs.StartAllAsync();
        using var backend = disk.Open(disk.Request(1));
        Assert.Equal((512u, 2048ul, false, true, false), (backend.Geometry.BlockSize, backend.Geometry.BlockCount, backend.Geometry.ReadOnly, backend.Geometry.HasWriteCache, backend.Geometry.CanDiscard));
        using var unflushed = disk.Open(disk.Request(1), o => o with { SkipFlush = true });
        Assert.False(unflushed.Geometry.HasWriteCache);
    }

    [Fact]
    public async Task Another_session_fences_the_disk_and_every_request_fails_at_once()
    {
        await using var disk = new CrucibleDisk();
        await disk.Downs.StartAllAsync();
        using var first = disk.Open(disk.Request(1));
        await first.StartAsync(CancellationToken.None).WaitAsync(Waiting.Limit);
        using var second = disk.Open(disk.Request(2));
        await second.StartAsync(CancellationToken.None).WaitAsync(Waiting.Limit);
        Assert.Equal("disk data is fenced: another session opened it with generation 2", await disk.Fenced.Task.WaitAsync(Waiting.Limit));
        Assert.True(first.IsFenced);
        var operations = new BlockOperations(first, _memory);
        Assert.Equal(BlockStatus.Failed, operations.Run(BlockOperation.Write, 0, 512, new GuestSegment(0, 512)));
        Assert.Equal(BlockStatus.Failed, operations.Run(BlockOperation.Flush, 0, 0));
        Assert.Equal(BlockStatus.Success, new BlockOperations(second, _memory).Run(BlockOperation.Flush, 0, 0));
        Assert.Equal((1, 1), (first.Counters.Failures(BlockOperation.Write), first.Counters.Failures(BlockOperation.Flush)));
    }

    [Fact]
    public async Task A_start_that_waits_names_the_replica_and_can_be_given_up()
    {
        await using var disk = new CrucibleDisk();
        await disk.Downs.StartAllAsync();
        await disk.Downs.StopAsync(1);
        using var backend = disk.Open(disk.Request(1), o => o with { WaitNotice = TimeSpan.FromMilliseconds(100) });
        using var stop = new CancellationTokenSource();
        var start = backend.StartAsync(stop.Token);
        await Waiting.Until(() => disk.Said($"disk data is not open yet: waiting for replica 1 ({disk.Downs.TargetOf(1)})"), disk.Everything);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start.WaitAsync(Waiting.Limit));
    }

    [Fact]
    public async Task A_stale_generation_is_refused_in_words()
    {
        await using var disk = new CrucibleDisk();
        await disk.Downs.StartAllAsync();
        using (var backend = disk.Open(disk.Request(7)))
        {
            await backend.StartAsync(CancellationToken.None).WaitAsync(Waiting.Limit);
            new BlockOperations(backend, _memory).Run(BlockOperation.Write, 0, 512, new GuestSegment(0, 512));
        }

        using var stale = disk.Open(disk.Request(6), o => o with { LeaseOwner = new NeverOurs() });
        var error = await Assert.ThrowsAsync<BlockBackendException>(() => stale.StartAsync(CancellationToken.None).WaitAsync(Waiting.Limit));
        Assert.StartsWith("Disk data cannot be opened: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_disk_has_flushed_everything()
    {
        await using var disk = new CrucibleDisk();
        await disk.Downs.StartAllAsync();
        _memory.Write(0x1000, [.. Enumerable.Range(0, 4096).Select(i => (byte)(i * 3))]);
        using (var backend = disk.Open(disk.Request(1)))
        {
            await backend.StartAsync(CancellationToken.None).WaitAsync(Waiting.Limit);
            Assert.Equal(BlockStatus.Success, new BlockOperations(backend, _memory).Run(BlockOperation.Write, 4096, 4096, new GuestSegment(0x1000, 4096)));
        }

        using var later = disk.Open(disk.Request(2));
        await later.StartAsync(CancellationToken.None).WaitAsync(Waiting.Limit);
        Assert.Equal(BlockStatus.Success, new BlockOperations(later, _memory).Run(BlockOperation.Read, 4096, 4096, new GuestSegment(0x8000, 4096)));
        Assert.Equal(_memory.Bytes(0x1000, 4096), _memory.Bytes(0x8000, 4096));
    }

    [Fact]
    public async Task Requests_that_hang_fail_when_the_disk_is_closed()
    {
        await using var disk = new CrucibleDisk();
        await disk.Downs.StartAllAsync();
        var backend = disk.Open(disk.Request(1), o => o with { CloseLimit = TimeSpan.FromMilliseconds(200) });
        await backend.StartAsync(CancellationToken.None).WaitAsync(Waiting.Limit);
        var operations = new BlockOperations(backend, _memory);
        operations.Run(BlockOperation.Write, 0, 512, new GuestSegment(0, 512));
        await disk.Downs.StopAsync(0);
        await disk.Downs.StopAsync(1);
        var flush = Task.Run(() => operations.Run(BlockOperation.Flush, 0, 0));
        Assert.NotSame(flush, await Task.WhenAny(flush, Task.Delay(300)));
        backend.Dispose();
        Assert.Equal(BlockStatus.Failed, await flush.WaitAsync(Waiting.Limit));
    }

    [Fact]
    public async Task A_target_is_replaced_by_the_request_that_names_another()
    {
        await using var disk = new CrucibleDisk();
        await disk.Downs.StartAllAsync();
        await disk.Downs.StartAsync(3);
        using var backend = disk.Open(disk.Request(1));
        await backend.StartAsync(CancellationToken.None).WaitAsync(Waiting.Limit);
        Assert.Null(backend.Replace(disk.Request(1)));
        Assert.Equal(ReplaceResult.Started, backend.Replace(disk.Request(1, 0, 3, 2)));
        Assert.Null(backend.Replace(disk.Request(1, 0, 3, 2)));
        Assert.Contains("2 targets differ", Assert.Throws<CrucibleException>(() => backend.Replace(disk.Request(1, 1, 0, 2))).Message);
        var set = Assert.IsType<RegionSet>(backend.Volume);
        await Waiting.Until(() => set.Replicas.All(r => r.State == ReplicaState.Active), () => string.Join("; ", set.Replicas) + disk.Everything());
        Assert.Equal(disk.Downs.TargetOf(3), set.Replicas[1].Target);
        Assert.Equal(1, set.Replicas[1].Repairs.Completed);
    }

    [Fact]
    public async Task A_parent_shows_through_and_is_copied_in()
    {
        await using var disk = new CrucibleDisk();
        await disk.Downs.StartAllAsync();
        var path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(path, [.. Enumerable.Range(0, 8192).Select(i => (byte)(i / 512 + 1))]);
        var request = new VolumeRequest
        {
            Id = Guid.Empty,
            BlockSize = 512,
            SubVolumes = [disk.Request(1)],
            ReadOnlyParent = new FileRequest { Id = Guid.Empty, BlockSize = 512, Path = path },
        };
        using var backend = disk.Open(request, o => o with { ScrubDelay = TimeSpan.Zero, ScrubPause = TimeSpan.Zero });
        await backend.StartAsync(CancellationToken.None).WaitAsync(Waiting.Limit);
        var operations = new BlockOperations(backend, _memory);
        Assert.Equal(BlockStatus.Success, operations.Run(BlockOperation.Write, 512, 512, new GuestSegment(0x40000, 512)));
        await Waiting.Until(() => disk.Said("everything of its parent is copied"), disk.Everything);
        File.Delete(path);
        Assert.Equal(BlockStatus.Success, operations.Run(BlockOperation.Read, 0, 8704, new GuestSegment(0x1000, 8704)));
        Assert.Equal([1, 0, 3, 16, 0], new[] { 0, 512, 1024, 15 * 512, 16 * 512 }.Select(at => _memory.Bytes(0x1000 + (ulong)at, 1)[0]));
    }

    [Theory]
    [InlineData("127.0.0.1", "Disk data: target '127.0.0.1' is not ADDRESS:PORT.")]
    [InlineData("127.0.0.1:2", "Disk data: two targets are the same.")]
    public void Wrong_requests_get_a_sentence(string target, string sentence)
    {
        var request = new RegionRequest
        {
            BlockSize = 512,
            BlocksPerExtent = 8,
            ExtentCount = 1,
            Gen = 1,
            Opts = new CrucibleOpts { Id = Guid.Empty, Target = [target, "127.0.0.1:2", "127.0.0.1:3"] },
        };
        Assert.Equal(sentence, Assert.Throws<BlockBackendException>(() => CrucibleBackend.Open(request, new CrucibleDiskOptions { Name = "data" })).Message);
    }

    sealed class NeverOurs : ILeaseOwner
    {
        public Task<LeaseAnswer> AskAsync(ulong generation, CancellationToken cancellation) => Task.FromResult(LeaseAnswer.Lost);
    }
}
