using Propolis.Vmm.Bus;

namespace Propolis.Vmm.Devices.Piix3;

/// <summary>Port 0x80: firmware shows its progress here, and operating systems write to it to pass a microsecond. Reads give the last value back.</summary>
public sealed class PostCodePort : IBusDevice
{
    byte _last;

    /// <summary>The last value written.</summary>
    public byte Last
    {
        get => Volatile.Read(ref _last);
        set => Volatile.Write(ref _last, value);
    }

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data) => data[0] = Last;

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data) => Last = data[0];
}
