using Propolis.Vmm.Devices.Virtio.Queue;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;

/// <summary>
/// The driver's side of a split virtqueue, as in VIRTIO 1.2, 2.7.13 and 2.7.14, in guest memory. Descriptors are freed when their chain comes back. Whether the device must be
/// notified, and whether it may interrupt, follow the negotiated features.
/// </summary>
sealed class DriverQueue
{
    readonly GuestMemory _memory;
    readonly Stack<ushort> _free = new();
    readonly Dictionary<ushort, ushort[]> _chains = [];
    readonly bool _eventIdx;
    ushort _availIdx;
    ushort _notifiedIdx;
    ushort _lastUsed;

    /// <summary>A zeroed ring whose three areas follow each other from <paramref name="address"/>, on a page.</summary>
    public DriverQueue(GuestMemory memory, ulong address, ushort size, bool eventIdx)
        : this(memory, VirtQueueRules.LegacyAreas((uint)(address >> 12), size), size, eventIdx) { }

    public DriverQueue(GuestMemory memory, QueueAreas areas, ushort size, bool eventIdx)
    {
        _memory = memory;
        _eventIdx = eventIdx;
        Areas = areas;
        Size = size;
        Assert.True(memory.TryClear(areas.Descriptors, areas.Device + VirtQueueRules.DeviceAreaLength(size) - areas.Descriptors));
        for (var i = size; i > 0; i--) _free.Push((ushort)(i - 1));
    }

    public QueueAreas Areas { get; }

    public ushort Size { get; }

    public int FreeDescriptors => _free.Count;

    public ushort AvailIdx => _availIdx;

    public ushort UsedIdx => Read16(Areas.Device + 2);

    public ushort LastUsed => _lastUsed;

    /// <summary>Makes a chain available without telling the device's index yet; returns its head.</summary>
    public ushort Add(params ReadOnlySpan<DriverBuffer> buffers)
    {
        var indexes = new ushort[buffers.Length];
        for (var i = 0; i < indexes.Length; i++) indexes[i] = _free.Pop();
        for (var i = 0; i < indexes.Length; i++)
        {
            var flags = (buffers[i].IsWritable ? DescriptorFlags.Write : 0) | (i + 1 < indexes.Length ? DescriptorFlags.Next : 0);
            WriteDescriptor(indexes[i], new Descriptor(buffers[i].Address, buffers[i].Length, flags, i + 1 < indexes.Length ? indexes[i + 1] : (ushort)0));
        }
        Offer(indexes);
        return indexes[0];
    }

    /// <summary>As <see cref="Add"/>, through an indirect table that is written to <paramref name="table"/>.</summary>
    public ushort AddIndirect(ulong table, params ReadOnlySpan<DriverBuffer> buffers)
    {
        for (var i = 0; i < buffers.Length; i++)
        {
            var flags = (buffers[i].IsWritable ? DescriptorFlags.Write : 0) | (i + 1 < buffers.Length ? DescriptorFlags.Next : 0);
            Write(table + (ulong)i * Descriptor.Size, new Descriptor(buffers[i].Address, buffers[i].Length, flags, (ushort)(i + 1)));
        }
        var index = _free.Pop();
        WriteDescriptor(index, new Descriptor(table, (uint)buffers.Length * Descriptor.Size, DescriptorFlags.Indirect, 0));
        Offer([index]);
        return index;
    }

    /// <summary>Offers a head that the test made up.</summary>
    public void OfferRaw(ushort head)
    {
        Write(Areas.Driver + 4 + 2UL * (ushort)(_availIdx % Size), head);
        _availIdx++;
    }

    /// <summary>Shows the device what was added; true when it wants a notification.</summary>
    public bool Publish()
    {
        var before = _notifiedIdx;
        Assert.True(_memory.TryWriteRelease(Areas.Driver + 2, _availIdx));
        Interlocked.MemoryBarrier();
        _notifiedIdx = _availIdx;
        if (!_eventIdx) return (Read16(Areas.Device) & 1) == 0;
        return VirtQueueRules.IsEventDue(Read16(Areas.Device + 4 + 8UL * Size), _availIdx, before);
    }

    /// <summary>Shows the device an index of the test's choice.</summary>
    public void PublishRaw(ushort idx) => Write(Areas.Driver + 2, idx);

    /// <summary>Takes the next used entry and frees its chain.</summary>
    public bool TryTakeUsed(out UsedElement used)
    {
        used = default;
        Assert.True(_memory.TryReadAcquire(Areas.Device + 2, out ushort idx));
        if (idx == _lastUsed) return false;
        Assert.True(_memory.TryRead(Areas.Device + 4 + 8UL * (ushort)(_lastUsed % Size), out used));
        _lastUsed++;
        Assert.True(_chains.Remove((ushort)used.Id, out var indexes), $"used entry {used.Id} names no chain in flight");
        foreach (var index in indexes!) _free.Push(index);
        return true;
    }

    /// <summary>Asks for an interrupt at the next used entry; true when there is one already.</summary>
    public bool ArmInterrupt()
    {
        SetUsedEvent(_lastUsed);
        Write<ushort>(Areas.Driver, 0);
        Interlocked.MemoryBarrier();
        return UsedIdx != _lastUsed;
    }

    public void SetUsedEvent(ushort idx) => Write(Areas.Driver + 4 + 2UL * Size, idx);

    public void SuppressInterrupts() => Write<ushort>(Areas.Driver, 1);

    public ushort AvailEvent => Read16(Areas.Device + 4 + 8UL * Size);

    public ushort UsedFlags => Read16(Areas.Device);

    public void WriteDescriptor(ushort index, in Descriptor descriptor) => Write(Areas.Descriptors + (ulong)index * Descriptor.Size, descriptor);

    void Offer(ushort[] indexes)
    {
        _chains.Add(indexes[0], indexes);
        OfferRaw(indexes[0]);
    }

    ushort Read16(ulong address)
    {
        Assert.True(_memory.TryReadAcquire(address, out ushort value));
        return value;
    }

    void Write<T>(ulong address, in T value) where T : unmanaged => Assert.True(_memory.TryWrite(address, value), "a ring lies outside RAM");
}
