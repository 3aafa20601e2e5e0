using System.Buffers.Binary;

namespace Propolis.Vmm.Devices.Ramfb;

/// <summary>Where a guest keeps its screen. The address is what the guest said: whether it is memory shows when it is read.</summary>
/// <param name="Address">Guest-physical address of the upper left pixel.</param>
/// <param name="Format">How a pixel is stored.</param>
/// <param name="Width">Pixels in a line, 1 to <see cref="MaxSide"/>.</param>
/// <param name="Height">Lines, 1 to <see cref="MaxSide"/>.</param>
/// <param name="Stride">Bytes from one line to the next.</param>
public sealed record RamfbMode(ulong Address, PixelFormat Format, int Width, int Height, int Stride)
{
    /// <summary>Bytes of the configuration that the guest writes.</summary>
    public const int Size = 28;

    /// <summary>Largest width and height.</summary>
    public const int MaxSide = 16384;

    /// <summary>Bytes of a pixel.</summary>
    public int BytesPerPixel => Format switch { PixelFormat.Rgb565 => 2, PixelFormat.Rgb888 => 3, _ => 4 };

    /// <summary>
    /// Reads the configuration (QEMU, hw/display/ramfb: address 64 bits; DRM format, flags, width, height, stride 32 bits each; big-endian). Null when it makes no screen. A
    /// stride of 0 stands for lines without gaps.
    /// </summary>
    public static RamfbMode? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) return null;
        var format = (PixelFormat)BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
        var width = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
        var height = BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]);
        var stride = BinaryPrimitives.ReadUInt32BigEndian(bytes[24..]);
        if (!Enum.IsDefined(format) || width is 0 or > MaxSide || height is 0 or > MaxSide || stride > 16 * MaxSide) return null;
        var mode = new RamfbMode(BinaryPrimitives.ReadUInt64BigEndian(bytes), format, (int)width, (int)height, (int)stride);
        var line = mode.Width * mode.BytesPerPixel;
        if (mode.Stride == 0) return mode with { Stride = line };
        return mode.Stride >= line ? mode : null;
    }
}
