using Propolis.Vmm.Bus;

namespace Propolis.Vmm.Pci;

/// <summary>One base address register: its value as the guest programmed it, and where it is mapped now. Guarded by its function's lock.</summary>
public sealed class PciBar(int index, BarKind kind, ulong size, IBusDevice device)
{
    IDisposable? _registration;

    /// <summary>Register number, 0 to 5.</summary>
    public int Index => index;

    /// <summary>Ports or memory.</summary>
    public BarKind Kind => kind;

    /// <summary>Bytes, a power of two (at least 4 for ports, 16 for memory).</summary>
    public ulong Size => size;

    /// <summary>The base address, aligned to the size.</summary>
    public ulong Address { get; private set; }

    /// <summary>True while the range is registered on its bus.</summary>
    public bool IsMapped => _registration is not null;

    /// <summary>The register's value, low or high half.</summary>
    public uint ReadRegister(bool high)
    {
        if (high) return (uint)(Address >> 32);
        return (uint)Address | kind switch { BarKind.Port => 1u, BarKind.Memory64 => 4u, _ => 0u };
    }

    /// <summary>Takes a guest's write to the register: address bits above the size stay, all ones therefore size the BAR.</summary>
    public void WriteRegister(bool high, uint value)
    {
        var mask = ~(size - 1);
        Address = high
            ? (Address & 0xffff_ffff) | (((ulong)value << 32) & mask)
            : (Address & ~0xffff_ffffUL) | (value & mask & (kind == BarKind.Port ? 0xffff_fffcUL : 0xffff_fff0UL));
    }

    /// <summary>
    /// Registers or gives back the range, so that the bus agrees with <paramref name="decode"/> and the address. Returns true when the mapping changed. A range that
    /// does not fit its space (a BAR being sized) stays unmapped.
    /// </summary>
    public bool Remap(AddressBus bus, bool decode, ulong mappedAt, out ulong now)
    {
        var wanted = decode && Address != 0 && Address <= bus.LastAddress && size - 1 <= bus.LastAddress - Address;
        now = wanted ? Address : 0;
        if (IsMapped == wanted && (!wanted || mappedAt == Address)) return false;
        _registration?.Dispose();
        _registration = wanted ? bus.Register(Address, size, device) : null;
        return true;
    }

    /// <summary>Puts the address back, unmapped, as after reset or import.</summary>
    public void Restore(ulong address)
    {
        _registration?.Dispose();
        _registration = null;
        Address = address & ~(size - 1);
    }
}
