using Propolis.Vmm.Bus;
using Propolis.Vmm.Machine;

namespace Propolis.Vmm.Devices.Piix3;

/// <summary>Port 0x92: bit 0 resets the processors, bit 1 would open A20, which is always open here.</summary>
public sealed class SystemControlPort(IMachineControl machine) : IBusDevice
{
    const byte FastReset = 0x01;
    const byte A20 = 0x02;

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data) => data[0] = A20;

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        if ((data[0] & FastReset) != 0) machine.GuestReset("port 0x92");
    }
}
