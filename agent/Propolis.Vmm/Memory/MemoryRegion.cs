namespace Propolis.Vmm.Memory;

/// <summary>
/// A run of guest-physical addresses backed by one host mapping. The hypervisor backend maps it and unmaps it when the virtual machine is
/// disposed; everybody else reaches it through <see cref="GuestMemory"/>.
/// </summary>
public sealed unsafe class MemoryRegion
{
    readonly byte* _host;

    /// <summary>Describes a mapping of <paramref name="length"/> bytes at <paramref name="host"/>, page aligned on both sides.</summary>
    public MemoryRegion(int slot, ulong address, ulong length, MemoryKind kind, nint host)
    {
        Slot = slot;
        Address = address;
        Length = length;
        Kind = kind;
        Dirty = new DirtyBitmap(length);
        _host = (byte*)host;
    }

    /// <summary>The backend's number for this region (KVM: memory slot).</summary>
    public int Slot { get; }

    /// <summary>First guest-physical address.</summary>
    public ulong Address { get; }

    /// <summary>Bytes, a multiple of 4 KiB.</summary>
    public ulong Length { get; }

    /// <summary>RAM or ROM.</summary>
    public MemoryKind Kind { get; }

    /// <summary>Pages written by this process since the last collection.</summary>
    public DirtyBitmap Dirty { get; }

    /// <summary>First address behind the region.</summary>
    public ulong End => Address + Length;

    /// <summary>Host address of the first byte; for <c>Memory/</c> and the hypervisor backends only.</summary>
    internal byte* Host => _host;

    /// <summary>True when all of <paramref name="length"/> bytes from <paramref name="address"/> lie inside.</summary>
    public bool Contains(ulong address, ulong length) =>
        address >= Address && length <= Length && address - Address <= Length - length;
}
