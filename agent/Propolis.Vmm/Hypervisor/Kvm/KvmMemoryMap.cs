using Propolis.Vmm.Interop.Linux;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Hypervisor.Kvm;

/// <summary>The memory slots of one virtual machine: what is mapped, what is hidden, and the log of the guest's own writes.</summary>
sealed unsafe class KvmMemoryMap(DescriptorHandle machine) : IDisposable
{
    readonly Lock _gate = new();
    readonly List<HostMapping> _mappings = [];
    readonly HashSet<int> _hidden = [];
    bool _isTracking;

    /// <summary>All regions.</summary>
    public GuestMemory Memory { get; } = new();

    /// <summary>Maps a region, filled with <paramref name="contents"/> from its start.</summary>
    public MemoryRegion Map(ulong address, ulong length, MemoryKind kind, ReadOnlySpan<byte> contents)
    {
        ArgumentOutOfRangeException.ThrowIfZero(length);
        ArgumentOutOfRangeException.ThrowIfNotEqual((address | length) % DirtyBitmap.PageSize, 0UL);
        lock (_gate)
        {
            var mapping = new HostMapping(length);
            var region = new MemoryRegion(_mappings.Count, address, length, kind, mapping.Address);
            _mappings.Add(mapping);
            // SAFETY: the mapping has length bytes, which contents does not exceed.
            contents.CopyTo(new Span<byte>(region.Host, contents.Length));
            Memory.Add(region);
            SetSlot(region, region.Length);
            return region;
        }
    }

    /// <summary>Shows or hides a region; repeated, it does nothing.</summary>
    public void SetVisible(MemoryRegion region, bool visible)
    {
        lock (_gate)
        {
            if (visible == !_hidden.Contains(region.Slot)) return;
            if (visible)
            {
                _hidden.Remove(region.Slot);
                SetSlot(region, region.Length);
                return;
            }
            // The log goes with the slot, so what it holds moves to our own bitmap first.
            KeepLog(region);
            SetSlot(region, 0);
            _hidden.Add(region.Slot);
        }
    }

    /// <summary>Turns the log of guest writes on or off for all RAM.</summary>
    public void Track(bool enabled)
    {
        lock (_gate)
        {
            if (_isTracking == enabled) return;
            if (!enabled)
            {
                foreach (var region in Memory.Regions) KeepLog(region);
            }
            _isTracking = enabled;
            foreach (var region in Memory.Regions)
            {
                if (region.Kind == MemoryKind.Ram && !_hidden.Contains(region.Slot)) SetSlot(region, region.Length);
            }
        }
    }

    /// <summary>Moves dirty bits of both kinds into <paramref name="bitmap"/>.</summary>
    public void Collect(MemoryRegion region, Span<ulong> bitmap)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bitmap.Length, region.Dirty.WordCount);
        lock (_gate)
        {
            KeepLog(region);
            region.Dirty.DrainInto(bitmap);
        }
    }

    /// <summary>Frees the memory, after the virtual machine's descriptors are closed.</summary>
    public void Dispose()
    {
        foreach (var mapping in _mappings) mapping.Dispose();
    }

    void KeepLog(MemoryRegion region)
    {
        if (!_isTracking || region.Kind != MemoryKind.Ram || _hidden.Contains(region.Slot)) return;
        var words = new ulong[region.Dirty.WordCount];
        // SAFETY: the kernel writes one bit per page of the slot, rounded up to 64: exactly these words.
        fixed (ulong* first = words)
        {
            var log = new KvmDirtyLog { Slot = (uint)region.Slot, DirtyBitmap = first };
            KvmCall.Invoke(machine, KvmIoctl.GetDirtyLog, &log, $"tell the dirty pages of slot {region.Slot}");
        }
        region.Dirty.Restore(words);
    }

    void SetSlot(MemoryRegion region, ulong length)
    {
        var isLogged = _isTracking && region.Kind == MemoryKind.Ram;
        var slot = new KvmUserspaceMemoryRegion
        {
            Slot = (uint)region.Slot,
            Flags = (region.Kind == MemoryKind.Rom ? KvmConstants.MemReadonly : 0) | (isLogged ? KvmConstants.MemLogDirtyPages : 0),
            GuestPhysAddr = region.Address,
            MemorySize = length,
            UserspaceAddr = (ulong)region.Host,
        };
        KvmCall.Invoke(machine, KvmIoctl.SetUserMemoryRegion, &slot, $"map {region.Length} bytes at 0x{region.Address:x}");
    }
}
