using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Devices.FwCfg;
using Propolis.Vmm.Devices.Ramfb;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Devices.Ramfb;

public sealed class RamfbDeviceTests
{
    static readonly byte[] Vga = Configuration(0x7f00_0000, PixelFormat.Xrgb8888, 800, 600, 3200);

    readonly RamfbDevice _device = new();

    [Fact]
    public void Guest_configures_the_screen_through_fw_cfg()
    {
        using var memory = new TestMemory(1 << 20);
        var catalog = new FwCfgCatalog();
        _device.AddTo(catalog);
        var fwCfg = new FwCfgDevice(catalog.Build(), memory.Guest);
        memory.Write(0x2000, Vga);
        memory.Write(0x1000, [0, 0x20, 0, 0x18, 0, 0, 0, 28, 0, 0, 0, 0, 0, 0, 0x20, 0]); // select 0x20, write 28 bytes from 0x2000

        fwCfg.Write(8, [0, 0, 0x10, 0]);

        Assert.Equal(new RamfbMode(0x7f00_0000, PixelFormat.Xrgb8888, 800, 600, 3200), _device.Mode);
    }

    [Fact]
    public void Stride_of_zero_means_lines_without_gaps()
    {
        _device.Written(Configuration(0, PixelFormat.Rgb565, 640, 480, 0));

        Assert.Equal(1280, _device.Mode!.Stride);
    }

    [Theory]
    [InlineData(0x30303030u, 800u, 600u, 3200u)]
    [InlineData((uint)PixelFormat.Xrgb8888, 0u, 600u, 3200u)]
    [InlineData((uint)PixelFormat.Xrgb8888, 800u, 20000u, 3200u)]
    [InlineData((uint)PixelFormat.Xrgb8888, 800u, 600u, 3199u)]
    [InlineData((uint)PixelFormat.Xrgb8888, 800u, 600u, 0xffff_ffffu)]
    public void Nonsense_makes_no_screen(uint format, uint width, uint height, uint stride)
    {
        _device.Written(Vga);

        _device.Written(Configuration(0x1000, (PixelFormat)format, width, height, stride));

        Assert.Null(_device.Mode);
    }

    [Fact]
    public void Reset_takes_the_screen_away()
    {
        _device.Written(Vga);

        _device.Reset();

        Assert.Null(_device.Mode);
    }

    [Fact]
    public void Snapshot_carries_the_screen()
    {
        _device.Written(Vga);
        var writer = new StateWriter();
        _device.Export(writer);
        var other = new RamfbDevice();

        other.Import(new StateReader(writer.Written.ToArray(), "ramfb"));

        Assert.Equal(_device.Mode, other.Mode);
        Assert.NotNull(other.Mode);
    }

    [Fact]
    public void Any_bytes_make_a_screen_in_bounds_or_none() =>
        Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 255).Select(b => (byte)b), RamfbMode.Size).ToArbitrary(), bytes =>
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), (uint)PixelFormat.Rgb888);
            bytes[16] = bytes[17] = bytes[20] = bytes[21] = bytes[24] = 0;
            return RamfbMode.Decode(bytes) is not { } mode || mode.Width * 3 <= mode.Stride && mode.Width <= RamfbMode.MaxSide && mode.Height is > 0 and <= RamfbMode.MaxSide;
        }).QuickCheckThrowOnFailure();

    static byte[] Configuration(ulong address, PixelFormat format, uint width, uint height, uint stride)
    {
        var bytes = new byte[RamfbMode.Size];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, address);
        foreach (var (value, at) in new[] { ((uint)format, 8), (width, 16), (height, 20), (stride, 24) }) BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), value);
        return bytes;
    }
}
