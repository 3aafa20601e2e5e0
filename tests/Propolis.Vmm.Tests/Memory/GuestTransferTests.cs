using FsCheck;
using FsCheck.Fluent;
using Microsoft.Win32.SafeHandles;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Tests.Memory;

public sealed class GuestTransferTests : IDisposable
{
    const int FileLength = 1 << 18;
    const ulong RamLength = 1 << 20;

    readonly string _path = Path.Combine(Path.GetTempPath(), $"propolis-transfer-{Guid.NewGuid():n}");
    readonly byte[] _contents = new byte[FileLength];
    readonly TestMemory _memory = new(RamLength);
    readonly SafeFileHandle _file;

    public GuestTransferTests()
    {
        new Random(5).NextBytes(_contents);
        File.WriteAllBytes(_path, _contents);
        _file = File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite);
    }

    [Fact]
    public void Any_segments_hold_what_the_file_holds_and_only_their_pages_are_dirty() =>
        Prop.ForAll(Segments().ToArbitrary(), segments =>
        {
            var dirty = _memory.Guest.Regions[0].Dirty;
            dirty.DrainInto(new ulong[dirty.WordCount]);

            var fault = GuestTransfer.ReadFile(_file, 512, _memory.Guest, segments);

            var at = 512;
            var pages = new HashSet<ulong>();
            foreach (var segment in segments)
            {
                Assert.Equal(_contents[at..(at + (int)segment.Length)], _memory.Bytes(segment.Address, (int)segment.Length));
                at += (int)segment.Length;
                for (var page = segment.Address / 4096; segment.Length > 0 && page <= (segment.Address + segment.Length - 1) / 4096; page++) pages.Add(page);
            }
            return fault is null && dirty.CountDirtyPages() == pages.Count;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Written_segments_are_in_the_file_one_behind_the_other()
    {
        var segments = Enumerable.Range(0, 150).Select(i => new GuestSegment((ulong)(149 - i) * 1024, 700)).ToArray();
        for (var i = 0; i < segments.Length; i++) _memory.Write(segments[i].Address, Enumerable.Repeat((byte)i, 700).ToArray());

        Assert.Null(GuestTransfer.WriteFile(_file, 100, _memory.Guest, segments));

        var written = new byte[150 * 700];
        RandomAccess.Read(_file, written, 100);
        for (var i = 0; i < written.Length; i++) Assert.Equal((byte)(i / 700), written[i]);
    }

    [Fact]
    public void Memory_that_is_not_there_moves_nothing_of_its_batch()
    {
        GuestSegment[] segments = [new(0, 512), new(RamLength - 1, 512)];

        Assert.Equal(TransferFault.BadAddress, GuestTransfer.ReadFile(_file, 0, _memory.Guest, segments));
        Assert.Equal(TransferFault.BadAddress, GuestTransfer.WriteFile(_file, 0, _memory.Guest, segments));

        Assert.Equal(new byte[512], _memory.Bytes(0, 512));
        Assert.Equal(_contents, Whole());
    }

    [Fact]
    public void End_of_the_file_is_a_fault_and_what_came_before_it_is_dirty()
    {
        Assert.Equal(TransferFault.EndOfFile, GuestTransfer.ReadFile(_file, FileLength - 512, _memory.Guest, [new(8192, 1024)]));

        Assert.Equal(_contents[^512..], _memory.Bytes(8192, 512));
        Assert.Equal(1, _memory.Guest.Regions[0].Dirty.CountDirtyPages());
    }

    [Fact]
    public void Empty_segments_move_nothing_and_are_no_fault()
    {
        var empty = Enumerable.Repeat(new GuestSegment(0, 0), 70).ToArray();

        Assert.Null(GuestTransfer.ReadFile(_file, FileLength, _memory.Guest, empty));
        Assert.Null(GuestTransfer.ReadFile(_file, 0, _memory.Guest, []));
    }

    [Fact]
    public void Rom_is_read_from_but_not_into()
    {
        _memory.Add(RamLength, 4096, MemoryKind.Rom);

        Assert.Equal(TransferFault.BadAddress, GuestTransfer.ReadFile(_file, 0, _memory.Guest, [new(RamLength, 512)]));
        Assert.Null(GuestTransfer.WriteFile(_file, 0, _memory.Guest, [new(RamLength, 512)]));

        Assert.Equal(new byte[512], Whole()[..512]);
    }

    [Fact]
    public void Copies_stop_at_the_shorter_side()
    {
        GuestSegment[] segments = [new(10, 3), new(100, 3)];

        Assert.True(GuestTransfer.CopyToGuest(_memory.Guest, segments, [1, 2, 3, 4]));
        Assert.Equal([1, 2, 3, 0], _memory.Bytes(10, 4));
        Assert.Equal([4, 0], _memory.Bytes(100, 2));
        var back = new byte[8];
        Assert.True(GuestTransfer.CopyFromGuest(_memory.Guest, segments, back));
        Assert.Equal([1, 2, 3, 4, 0, 0, 0, 0], back);
        Assert.False(GuestTransfer.CopyToGuest(_memory.Guest, [new(RamLength, 1)], [1]));
    }

    [Fact]
    public async Task Page_that_is_copied_while_it_changes_is_dirty_again()
    {
        var mirror = new byte[8];
        var dirty = _memory.Guest.Regions[0].Dirty;
        var words = new ulong[dirty.WordCount];
        for (var round = 1; round <= 300; round++)
        {
            var last = (ulong)round << 32 | 200;
            var writer = Task.Run(() =>
            {
                for (var value = (ulong)round << 32; value <= last; value++) _memory.Guest.TryWrite(0, value);
            });
            while (!writer.IsCompleted) Mirror();
            await writer;
            Mirror();
            Assert.Equal(last, BitConverter.ToUInt64(mirror));
        }

        void Mirror()
        {
            Array.Clear(words);
            dirty.DrainInto(words);
            if ((words[0] & 1) != 0) _memory.Guest.TryRead(0, mirror);
        }
    }

    byte[] Whole()
    {
        var bytes = new byte[FileLength];
        RandomAccess.Read(_file, bytes, 0);
        return bytes;
    }

    /// <summary>Up to 200 segments that do not overlap, with gaps and odd ends, some of them empty.</summary>
    static Gen<GuestSegment[]> Segments() =>
        from sizes in Gen.Choose(0, 2000).ListOf()
        from gaps in Gen.Choose(0, 3000).ListOf(sizes.Count)
        from isMany in Gen.Elements(true, false)
        select Place([.. isMany ? Enumerable.Range(0, 130).Select(i => i * 7 % 900) : sizes], [.. isMany ? Enumerable.Range(0, 130).Select(i => i * 13 % 2000) : gaps]);

    static GuestSegment[] Place(int[] sizes, int[] gaps)
    {
        var placed = new List<GuestSegment>();
        ulong at = 0;
        for (var i = 0; i < sizes.Length; i++)
        {
            at += (ulong)gaps[i];
            placed.Add(new GuestSegment(at, (uint)sizes[i]));
            at += (ulong)sizes[i];
        }
        return [.. placed];
    }

    public void Dispose()
    {
        _file.Dispose();
        _memory.Dispose();
        File.Delete(_path);
    }
}
