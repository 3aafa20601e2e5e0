using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Bus;

namespace Propolis.Vmm.Tests.Bus;

public sealed class AddressBusTests
{
    readonly AddressBus _bus = new("port", 0xffff);

    [Fact]
    public void Unclaimed_read_gives_all_ones()
    {
        Span<byte> data = stackalloc byte[4];

        Assert.False(_bus.Read(0x60, data));

        Assert.Equal([0xff, 0xff, 0xff, 0xff], data.ToArray());
    }

    [Fact]
    public void Device_sees_offset_and_width()
    {
        var device = new Recorder();
        _bus.Register(0x3f8, 8, device);

        Assert.True(_bus.Write(0x3f9, [0x11, 0x22]));

        Assert.Equal("write 1 1122", device.Last);
    }

    [Fact]
    public void Access_across_the_end_is_unclaimed()
    {
        _bus.Register(0x3f8, 8, new Recorder());

        Assert.False(_bus.Write(0x3ff, [1, 2]));
    }

    [Fact]
    public void Disposed_registration_no_longer_answers()
    {
        var registration = _bus.Register(0x70, 2, new Recorder());

        registration.Dispose();

        Assert.False(_bus.Write(0x70, [1]));
    }

    [Fact]
    public void Range_under_a_larger_one_is_still_found()
    {
        var small = new Recorder();
        var large = new Recorder();
        _bus.Register(0x100, 4, small);
        _bus.Register(0x80, 0x400, large);

        _bus.Write(0x102, [7]);
        _bus.Write(0x110, [8]);

        Assert.Equal("write 2 07", small.Last);
        Assert.Equal("write 144 08", large.Last);
    }

    [Fact]
    public void Of_ranges_that_overlap_the_earliest_that_holds_the_access_answers()
    {
        var (first, second, third) = (new Recorder(), new Recorder(), new Recorder());
        _bus.Register(0xcf8, 8, first);
        _bus.Register(0xcf8, 8, second);
        _bus.Register(0xcf0, 0x100, third);

        _bus.Write(0xcfc, [1]);
        _bus.Write(0xcfe, [2, 2, 2, 2]);

        Assert.Equal("write 4 01", first.Last);
        Assert.Equal("", second.Last);
        Assert.Equal("write 14 02020202", third.Last);
    }

    [Fact]
    public void Later_range_answers_once_the_earlier_is_gone()
    {
        var (first, second) = (new Recorder(), new Recorder());
        var registration = _bus.Register(0x100, 4, first);
        _bus.Register(0x100, 4, second);

        registration.Dispose();
        _bus.Write(0x100, [1]);

        Assert.Equal(("", "write 0 01"), (first.Last, second.Last));
    }

    [Theory]
    [InlineData(0xffff, 2)]
    [InlineData(0x1_0000, 1)]
    [InlineData(0, 0)]
    public void Ranges_outside_the_space_are_programmer_errors(ulong start, ulong length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _bus.Register(start, length, new Recorder()));

    [Fact]
    public void String_write_comes_element_by_element_to_a_device_without_bursts()
    {
        var device = new Recorder();
        _bus.Register(0x60, 2, device);

        Assert.True(_bus.WriteRepeated(0x60, 2, [1, 2, 3, 4, 5]));
        Assert.Equal((2, "write 0 0304"), (device.Writes, device.Last));
        Assert.False(_bus.WriteRepeated(0x61, 2, [1, 2]));
    }

    [Fact]
    public void Lookups_agree_with_a_plain_search()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var bus = new AddressBus("port", 0xff);
            var ranges = new List<(int Start, int End, Recorder Device, IDisposable Registration)>();
            for (var i = 0; i < 30; i++)
            {
                if (ranges.Count > 0 && random.Next(4) == 0)
                {
                    var gone = random.Next(ranges.Count);
                    ranges[gone].Registration.Dispose();
                    ranges.RemoveAt(gone);
                }
                var start = random.Next(256);
                var length = random.Next(1, Math.Min(64, 257 - start));
                var device = new Recorder();
                ranges.Add((start, start + length, device, bus.Register((ulong)start, (ulong)length, device)));
            }
            for (var address = 0; address < 256; address++)
            {
                var width = 1 << random.Next(3);
                var expected = ranges.Find(r => r.Start <= address && address + width <= r.End);
                Assert.True(bus.Write((ulong)address, new byte[width]) == (expected.Device is not null), $"seed {seed}, address {address}");
                if (expected.Device is { } device) Assert.Equal($"write {address - expected.Start} {new string('0', 2 * width)}", device.Last);
            }
        }).QuickCheckThrowOnFailure();
    }

    sealed class Recorder : IBusDevice
    {
        public string Last { get; private set; } = "";

        public int Writes { get; private set; }

        public void Read(ulong offset, Span<byte> data) => data.Clear();

        public void Write(ulong offset, ReadOnlySpan<byte> data)
        {
            Writes++;
            Last = $"write {offset} {Convert.ToHexStringLower(data)}";
        }
    }
}
