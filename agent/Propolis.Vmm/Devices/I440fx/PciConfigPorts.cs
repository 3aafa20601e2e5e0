using System.Buffers.Binary;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Pci;

namespace Propolis.Vmm.Devices.I440fx;

/// <summary>
/// PCI configuration mechanism #1 (PCI Local Bus Specification 3.0, section 3.2.2.3.2): CONFIG_ADDRESS at 0xCF8, taken by 32-bit accesses only, and CONFIG_DATA at
/// 0xCFC to 0xCFF. Of the narrower accesses below the data port only 0xCF9, reset control, means something.
/// </summary>
public sealed class PciConfigPorts(PciTopology topology, IBusDevice resetControl) : IBusDevice
{
    /// <summary>First port.</summary>
    public const ushort First = 0xcf8;

    /// <summary>Ports.</summary>
    public const int Length = 8;

    const uint Enable = 0x8000_0000;
    const uint AddressMask = 0x80ff_fffc;

    uint _address;

    /// <summary>CONFIG_ADDRESS. Guests serialize their use of it, so a plain atomic word is enough.</summary>
    public uint Address
    {
        get => Volatile.Read(ref _address);
        set => Volatile.Write(ref _address, value & AddressMask);
    }

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data)
    {
        var address = Address;
        if (offset == 0 && data.Length == 4) BinaryPrimitives.WriteUInt32LittleEndian(data, address);
        else if (offset == 1 && data.Length == 1) resetControl.Read(0, data);
        else if (offset >= 4 && (address & Enable) != 0)
            topology.ReadConfig(Bus(address), Device(address), Function(address), Register(address, offset), data);
    }

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        var address = Address;
        if (offset == 0 && data.Length == 4) Address = BinaryPrimitives.ReadUInt32LittleEndian(data);
        else if (offset == 1 && data.Length == 1) resetControl.Write(0, data);
        else if (offset >= 4 && (address & Enable) != 0)
            topology.WriteConfig(Bus(address), Device(address), Function(address), Register(address, offset), data);
    }

    static int Bus(uint address) => (int)(address >> 16) & 0xff;

    static int Device(uint address) => (int)(address >> 11) & 0x1f;

    static int Function(uint address) => (int)(address >> 8) & 7;

    static int Register(uint address, ulong offset) => (int)(address & 0xfc) + (int)(offset - 4);
}
