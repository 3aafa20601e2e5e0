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

    sealed class Recorder : IBusDevice
    {
        public string Last { get; private set; } = "";

        public void Read(ulong offset, Span<byte> data) => data.Clear();

        public void Write(ulong offset, ReadOnlySpan<byte> data) => Last = $"write {offset} {Convert.ToHexStringLower(data)}";
    }
}
