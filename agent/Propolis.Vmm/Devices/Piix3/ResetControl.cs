using Propolis.Vmm.Bus;
using Propolis.Vmm.Machine;

namespace Propolis.Vmm.Devices.Piix3;

/// <summary>
/// The reset control register at 0xCF9 (Intel 290550, section 2.5.4.2): bit 1 chooses a hard reset, bit 2 performs it. Both kinds reset the machine here.
/// </summary>
public sealed class ResetControl(IMachineControl machine) : IBusDevice
{
    const byte HardReset = 0x02;
    const byte ResetCpu = 0x04;

    byte _register;

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data) => data[0] = Volatile.Read(ref _register);

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        Volatile.Write(ref _register, (byte)(data[0] & HardReset));
        if ((data[0] & ResetCpu) != 0) machine.GuestReset("port 0xcf9");
    }

    /// <summary>The register, for reset and snapshots.</summary>
    public byte Register
    {
        get => Volatile.Read(ref _register);
        set => Volatile.Write(ref _register, (byte)(value & HardReset));
    }
}
