using Propolis.Vmm.Bus;
using Propolis.Vmm.Pci;

namespace Propolis.Vmm.Devices.I440fx;

/// <summary>
/// The enhanced configuration access mechanism (PCI Express Base 2.0, section 7.2.2): 4 KiB of memory for each function. No function here has an extended space, so
/// registers from 256 up read all ones.
/// </summary>
public sealed class EcamWindow(PciTopology topology) : IBusDevice
{
    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data)
    {
        var register = (int)(offset & 0xfff);
        if (register + data.Length <= 256) topology.ReadConfig(Bus(offset), Device(offset), Function(offset), register, data);
    }

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        var register = (int)(offset & 0xfff);
        if (register + data.Length <= 256) topology.WriteConfig(Bus(offset), Device(offset), Function(offset), register, data);
    }

    static int Bus(ulong offset) => (int)(offset >> 20) & 0xff;

    static int Device(ulong offset) => (int)(offset >> 15) & 0x1f;

    static int Function(ulong offset) => (int)(offset >> 12) & 7;
}
