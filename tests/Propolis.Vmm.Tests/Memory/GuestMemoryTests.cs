using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Tests.Memory;

public sealed class GuestMemoryTests : IDisposable
{
    readonly TestMemory _memory = new(64 * 1024);

    [Fact]
    public void Written_bytes_are_read_back_and_their_pages_are_dirty()
    {
        _memory.Write(4094, [1, 2, 3, 4]);

        Assert.Equal([1, 2, 3, 4], _memory.Bytes(4094, 4));
        Assert.Equal(2, _memory.Guest.Regions[0].Dirty.CountDirtyPages());
    }

    [Fact]
    public void Nothing_outside_or_across_the_end_is_touched()
    {
        Span<byte> data = stackalloc byte[2];

        Assert.False(_memory.Guest.TryRead(65535, data));
        Assert.False(_memory.Guest.TryWrite(65536, data));
        Assert.False(_memory.Guest.TryWrite(ulong.MaxValue, data));
        Assert.Equal(0, _memory.Guest.Regions[0].Dirty.CountDirtyPages());
    }

    [Fact]
    public void Rom_is_programmed_but_not_written()
    {
        _memory.Add(0x10_0000, 4096, MemoryKind.Rom);

        Assert.False(_memory.Guest.TryWrite(0x10_0000, [1]));
        Assert.True(_memory.Guest.TryProgram(0x10_0000, [7]));
        Assert.False(_memory.Guest.TryProgram(0, [7]));
        Assert.Equal([7], _memory.Bytes(0x10_0000, 1));
    }

    [Fact]
    public void Ordered_accesses_need_alignment()
    {
        Assert.True(_memory.Guest.TryWriteRelease(8, (ushort)0x1234));
        Assert.False(_memory.Guest.TryWriteRelease(9, (ushort)1));
        Assert.False(_memory.Guest.TryReadAcquire(6, out uint _));
        Assert.True(_memory.Guest.TryReadAcquire(8, out ushort value));
        Assert.Equal(0x1234, value);
    }

    [Fact]
    public void Overlapping_region_is_a_mistake() => Assert.Throws<ArgumentException>(() => _memory.Add(0x8000, 4096));

    [Fact]
    public void Drained_pages_are_clean_until_restored()
    {
        _memory.Write(3 * 4096, [1]);
        var bitmap = new ulong[1];
        var dirty = _memory.Guest.Regions[0].Dirty;

        dirty.DrainInto(bitmap);
        Assert.Equal(8UL, bitmap[0]);
        Assert.Equal(0, dirty.CountDirtyPages());
        dirty.Restore(bitmap);
        Assert.Equal(1, dirty.CountDirtyPages());
    }

    [Fact]
    public void Region_never_contains_what_wraps_around() =>
        Prop.ForAll(ArbMap.Default.ArbFor<ulong>(), ArbMap.Default.ArbFor<ulong>(), (address, length) =>
        {
            var inside = _memory.Guest.Regions[0].Contains(address, length);
            return inside == ((UInt128)address + length <= 65536);
        }).QuickCheckThrowOnFailure();

    public void Dispose() => _memory.Dispose();
}
