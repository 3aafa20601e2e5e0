using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Propolis.Vmm.Memory;

/// <summary>
/// All the guest's memory, and the only way to it: checked copies. The guest changes memory at any moment, so a value is copied once and
/// then judged. Every write marks the region's dirty bitmap. Ranges may not cross a region; out-of-range accesses return false.
/// </summary>
public sealed unsafe class GuestMemory
{
    MemoryRegion[] _regions = [];

    /// <summary>The regions by ascending address.</summary>
    public IReadOnlyList<MemoryRegion> Regions => _regions;

    /// <summary>Adds a region; called while the machine is built, before any vCPU runs.</summary>
    public void Add(MemoryRegion region)
    {
        foreach (var other in _regions)
        {
            if (region.Address < other.End && other.Address < region.End)
                throw new ArgumentException($"Region 0x{region.Address:x} overlaps the one at 0x{other.Address:x}.", nameof(region));
        }
        _regions = [.. _regions.Append(region).OrderBy(r => r.Address)];
    }

    /// <summary>True when the whole range is RAM.</summary>
    public bool IsRam(ulong address, ulong length) => Find(address, length) is { Kind: MemoryKind.Ram };

    /// <summary>Copies guest memory out. False when the range is not mapped.</summary>
    public bool TryRead(ulong address, Span<byte> destination)
    {
        if (Find(address, (ulong)destination.Length) is not { } region) return false;
        // SAFETY: Find checked that the range lies inside the mapping, which lives as long as the virtual machine.
        new ReadOnlySpan<byte>(region.Host + (address - region.Address), destination.Length).CopyTo(destination);
        return true;
    }

    /// <summary>Copies into guest RAM and marks it dirty. False when the range is not RAM.</summary>
    public bool TryWrite(ulong address, ReadOnlySpan<byte> source)
    {
        if (FindRam(address, (ulong)source.Length) is not { } region) return false;
        var offset = address - region.Address;
        // SAFETY: FindRam checked that the range lies inside the mapping.
        source.CopyTo(new Span<byte>(region.Host + offset, source.Length));
        region.Dirty.Mark(offset, (ulong)source.Length);
        return true;
    }

    /// <summary>Copies into a ROM region, as its chip (a flash device) programs itself. False when the range is not ROM.</summary>
    public bool TryProgram(ulong address, ReadOnlySpan<byte> source)
    {
        if (Find(address, (ulong)source.Length) is not { Kind: MemoryKind.Rom } region) return false;
        var offset = address - region.Address;
        // SAFETY: Find checked that the range lies inside the mapping, which the process may always write.
        source.CopyTo(new Span<byte>(region.Host + offset, source.Length));
        region.Dirty.Mark(offset, (ulong)source.Length);
        return true;
    }

    /// <summary>Reads one little-endian value of a blittable type. False when the range is not mapped.</summary>
    public bool TryRead<T>(ulong address, out T value) where T : unmanaged
    {
        value = default;
        return TryRead(address, MemoryMarshal.AsBytes(new Span<T>(ref value)));
    }

    /// <summary>Writes one value of a blittable type. False when the range is not RAM.</summary>
    public bool TryWrite<T>(ulong address, in T value) where T : unmanaged =>
        TryWrite(address, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    /// <summary>
    /// Reads a naturally aligned 16-bit value with acquire ordering: what the guest wrote before it published this value is seen by reads
    /// that follow (a ring's index). False when not mapped or not aligned.
    /// </summary>
    public bool TryReadAcquire(ulong address, out ushort value)
    {
        value = 0;
        if ((address & 1) != 0 || Find(address, 2) is not { } region) return false;
        // SAFETY: checked and aligned; the access is a single load.
        value = Volatile.Read(ref *(ushort*)(region.Host + (address - region.Address)));
        return true;
    }

    /// <summary>
    /// Writes a naturally aligned 16-bit value with release ordering: everything written before is visible to a guest that sees the value.
    /// False when not RAM or not aligned.
    /// </summary>
    public bool TryWriteRelease(ulong address, ushort value)
    {
        if ((address & 1) != 0 || FindRam(address, 2) is not { } region) return false;
        var offset = address - region.Address;
        // SAFETY: checked and aligned; the access is a single store.
        Volatile.Write(ref *(ushort*)(region.Host + offset), value);
        region.Dirty.Mark(offset, 2);
        return true;
    }

    /// <summary>As <see cref="TryReadAcquire(ulong, out ushort)"/> for 32 bits (completion phase bits, shadow doorbells).</summary>
    public bool TryReadAcquire(ulong address, out uint value)
    {
        value = 0;
        if ((address & 3) != 0 || Find(address, 4) is not { } region) return false;
        // SAFETY: checked and aligned; the access is a single load.
        value = Volatile.Read(ref *(uint*)(region.Host + (address - region.Address)));
        return true;
    }

    /// <summary>As <see cref="TryWriteRelease(ulong, ushort)"/> for 32 bits.</summary>
    public bool TryWriteRelease(ulong address, uint value)
    {
        if ((address & 3) != 0 || FindRam(address, 4) is not { } region) return false;
        var offset = address - region.Address;
        // SAFETY: checked and aligned; the access is a single store.
        Volatile.Write(ref *(uint*)(region.Host + offset), value);
        region.Dirty.Mark(offset, 4);
        return true;
    }

    /// <summary>Fills guest RAM with zeroes. False when the range is not RAM.</summary>
    public bool TryClear(ulong address, ulong length)
    {
        if (FindRam(address, length) is not { } region) return false;
        var offset = address - region.Address;
        // SAFETY: FindRam checked that the range lies inside the mapping.
        NativeMemory.Clear(region.Host + offset, (nuint)length);
        region.Dirty.Mark(offset, length);
        return true;
    }

    /// <summary>
    /// Host address of a checked range, for system calls that move data between a file and guest memory without a copy.
    /// Only <c>Memory/</c> may use it. With <paramref name="write"/> the range must be RAM, and <see cref="MarkDirty"/> follows once the data is there: a page marked before
    /// could be copied to another host before it has changed. Null when it is not mapped.
    /// </summary>
    internal byte* Resolve(ulong address, ulong length, bool write)
    {
        var region = write ? FindRam(address, length) : Find(address, length);
        if (region is null) return null;
        return region.Host + (address - region.Address);
    }

    /// <summary>Marks a range that was written through <see cref="Resolve"/>.</summary>
    internal void MarkDirty(ulong address, ulong length)
    {
        if (FindRam(address, length) is { } region) region.Dirty.Mark(address - region.Address, length);
    }

    MemoryRegion? FindRam(ulong address, ulong length) => Find(address, length) is { Kind: MemoryKind.Ram } ram ? ram : null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    MemoryRegion? Find(ulong address, ulong length)
    {
        foreach (var region in _regions)
        {
            if (region.Contains(address, length)) return region;
        }
        return null;
    }
}
