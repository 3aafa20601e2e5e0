using System.Runtime.InteropServices;
using Propolis.Vmm.Block;
using Propolis.Vmm.Devices.Virtio.Queue;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Devices.Virtio.Block;

/// <summary>
/// One request queue of a virtio disk: turns chains into block requests, whatever their layout, and answers them in the order in which the backend ends them.
/// One thread processes; the backend's threads complete. Free slots are guarded by the queue's gate.
/// </summary>
sealed class VirtioBlockQueue : IBlockCompletion
{
    readonly VirtioBlock _device;
    readonly VirtQueue _queue;
    readonly IBlockBackend _backend;
    readonly BlockGeometry _geometry;
    readonly GuestMemory _memory;
    readonly TimeProvider _clock;
    readonly DescriptorChain _chain = new();
    readonly BlockSlot[] _slots;
    readonly int[] _free;
    int _freeCount;
    bool _starved;
    int _processingThread;

    public VirtioBlockQueue(VirtioBlock device, VirtQueue queue, IBlockBackend backend, GuestMemory memory, TimeProvider clock)
    {
        _device = device;
        _queue = queue;
        _backend = backend;
        _geometry = backend.Geometry;
        _memory = memory;
        _clock = clock;
        _slots = new BlockSlot[queue.MaxSize];
        _free = new int[queue.MaxSize];
        for (var i = 0; i < _slots.Length; i++)
        {
            _slots[i] = new BlockSlot(new BlockRequest(this, memory, i));
            _free[_freeCount++] = i;
        }
    }

    /// <summary>Takes requests until the queue is empty, no slot is free, or others have waited for this thread long enough.</summary>
    public void Process()
    {
        Volatile.Write(ref _processingThread, Environment.CurrentManagedThreadId);
        var budget = _slots.Length;
        _queue.SuppressDoorbells();
        do
        {
            while (TakeOne())
            {
                if (--budget != 0) continue;
                _device.Yield(_queue);
                Volatile.Write(ref _processingThread, 0);
                return;
            }
        }
        while (!Volatile.Read(ref _starved) && _queue.RearmDoorbells());
        Volatile.Write(ref _processingThread, 0);
    }

    /// <inheritdoc/>
    public void Completed(BlockRequest request, BlockStatus status)
    {
        var slot = _slots[request.Tag];
        if (status == BlockStatus.Success && slot.Generation == _queue.Generation && TryGoOn(slot)) return;
        Finish(slot, VirtioBlockRules.Translate(status));
    }

    bool TakeOne()
    {
        BlockSlot slot;
        lock (_queue.Gate)
        {
            if (_freeCount == 0)
            {
                _starved = true;
                return false;
            }
            if (_queue.TryPop(_chain) != PopResult.Popped) return false;
            slot = _slots[_free[--_freeCount]];
        }
        Begin(slot);
        return true;
    }

    void Begin(BlockSlot slot)
    {
        slot.Head = _chain.Head;
        slot.Generation = _chain.Generation;
        slot.RangeCount = slot.NextRange = 0;
        slot.FlushesAfter = false;
        slot.Written = 1;
        var hasStatus = _chain.TryFindLastWritable(out var statusAddress);
        slot.StatusAddress = statusAddress;
        if (!hasStatus || _chain.ReadableLength < BlockRequestHeader.Size)
        {
            Refuse(slot);
            return;
        }
        Span<byte> bytes = stackalloc byte[BlockRequestHeader.Size];
        if (!_chain.TryCopyFrom(_memory, 0, bytes))
        {
            Finish(slot, BlockRequestStatus.IoError);
            return;
        }
        slot.Request.StartedAt = _clock.GetTimestamp();
        Begin(slot, MemoryMarshal.Read<BlockRequestHeader>(bytes));
    }

    void Begin(BlockSlot slot, in BlockRequestHeader header)
    {
        switch (header.Type)
        {
            case BlockRequestType.In: BeginRead(slot, header.Sector); break;
            case BlockRequestType.Out: BeginWrite(slot, header.Sector); break;
            case BlockRequestType.Flush: Submit(slot, BlockOperation.Flush, 0, 0); break;
            case BlockRequestType.GetId: AnswerId(slot); break;
            case BlockRequestType.Discard when !_geometry.CanDiscard: Finish(slot, BlockRequestStatus.Unsupported); break;
            case BlockRequestType.Discard or BlockRequestType.WriteZeroes: BeginRanges(slot, header.Type); break;
            default: Finish(slot, BlockRequestStatus.Unsupported); break;
        }
    }

    void BeginRead(BlockSlot slot, ulong sector)
    {
        var length = _chain.WritableLength - 1;
        if (!VirtioBlockRules.IsInside(_geometry, sector, length))
        {
            Finish(slot, BlockRequestStatus.IoError);
            return;
        }
        slot.Written = _chain.WritableLength;
        slot.Request.Begin(BlockOperation.Read, sector * VirtioBlockRules.SectorSize, length);
        AddSegments(slot.Request, _chain.Writable, 0, length);
        SubmitData(slot);
    }

    void BeginWrite(BlockSlot slot, ulong sector)
    {
        var length = _chain.ReadableLength - BlockRequestHeader.Size;
        if (_geometry.ReadOnly || !VirtioBlockRules.IsInside(_geometry, sector, length))
        {
            Finish(slot, BlockRequestStatus.IoError);
            return;
        }
        slot.FlushesAfter = _device.WritesThrough;
        slot.Request.Begin(BlockOperation.Write, sector * VirtioBlockRules.SectorSize, length);
        AddSegments(slot.Request, _chain.Readable, BlockRequestHeader.Size, length);
        SubmitData(slot);
    }

    void BeginRanges(BlockSlot slot, BlockRequestType type)
    {
        var status = _geometry.ReadOnly ? BlockRequestStatus.IoError : ReadRanges(slot, type);
        if (status != BlockRequestStatus.Ok)
        {
            Finish(slot, status);
            return;
        }
        slot.FlushesAfter = type == BlockRequestType.WriteZeroes && _device.WritesThrough;
        slot.Request.Begin(type == BlockRequestType.Discard ? BlockOperation.Discard : BlockOperation.WriteZeroes, 0, 0);
        TryGoOn(slot);
    }

    BlockRequestStatus ReadRanges(BlockSlot slot, BlockRequestType type)
    {
        var length = _chain.ReadableLength - BlockRequestHeader.Size;
        if (length == 0 || length % BlockRange.Size != 0 || length > VirtioBlockRules.MaxRanges * BlockRange.Size) return BlockRequestStatus.IoError;
        slot.RangeCount = (int)(length / BlockRange.Size);
        var ranges = slot.Ranges.AsSpan(0, slot.RangeCount);
        if (!_chain.TryCopyFrom(_memory, BlockRequestHeader.Size, MemoryMarshal.AsBytes(ranges))) return BlockRequestStatus.IoError;
        foreach (ref readonly var range in ranges)
        {
            if (VirtioBlockRules.Judge(_geometry, type, range) is not BlockRequestStatus.Ok and var status) return status;
        }
        return BlockRequestStatus.Ok;
    }

    void AnswerId(BlockSlot slot)
    {
        var length = (int)Math.Min(_chain.WritableLength - 1, VirtioBlockRules.SerialLength);
        slot.Written = (uint)length + 1;
        bool isWritten;
        // Under the gate a reset cannot come in between: the buffer is ours as long as the generation is.
        lock (_queue.Gate) isWritten = slot.Generation == _queue.Generation && _chain.TryCopyTo(_memory, 0, _device.Serial[..length]);
        Finish(slot, isWritten ? BlockRequestStatus.Ok : BlockRequestStatus.IoError);
    }

    /// <summary>Submits what comes next of a request of several steps; false when nothing does.</summary>
    bool TryGoOn(BlockSlot slot)
    {
        if (slot.NextRange < slot.RangeCount)
        {
            ref readonly var range = ref slot.Ranges[slot.NextRange++];
            Submit(slot, slot.Request.Operation, range.Sector * VirtioBlockRules.SectorSize, (ulong)range.SectorCount * VirtioBlockRules.SectorSize);
            return true;
        }
        if (!slot.FlushesAfter) return false;
        slot.FlushesAfter = false;
        Submit(slot, BlockOperation.Flush, 0, 0);
        return true;
    }

    void SubmitData(BlockSlot slot)
    {
        if (slot.Request.Length == 0) Finish(slot, BlockRequestStatus.Ok);
        else _backend.Submit(slot.Request);
    }

    void Submit(BlockSlot slot, BlockOperation operation, ulong offset, ulong length)
    {
        slot.Request.Begin(operation, offset, length);
        _backend.Submit(slot.Request);
    }

    void Finish(BlockSlot slot, BlockRequestStatus status)
    {
        bool isStarved;
        lock (_queue.Gate)
        {
            // A stale chain's memory is the driver's again: not even the status may be written.
            if (slot.Generation == _queue.Generation) _memory.TryWrite(slot.StatusAddress, (byte)status);
            _queue.AddUsed(slot.Head, slot.Generation, status == BlockRequestStatus.Ok ? slot.Written : 1);
            _queue.Publish();
            isStarved = Return(slot);
        }
        // What ends while the queue is processed on this very thread is announced once, when it is done.
        if (Volatile.Read(ref _processingThread) != Environment.CurrentManagedThreadId) _device.Completed(_queue, isStarved);
        else if (isStarved) _device.Yield(_queue);
    }

    /// <summary>A chain without a place for header or status cannot even be refused properly.</summary>
    void Refuse(BlockSlot slot)
    {
        lock (_queue.Gate)
        {
            if (slot.Generation == _queue.Generation) _queue.Fail(QueueMisuse.RequestMalformed);
            _queue.Abandon(slot.Generation);
            Return(slot);
        }
    }

    bool Return(BlockSlot slot)
    {
        _free[_freeCount++] = slot.Request.Tag;
        var wasStarved = _starved;
        _starved = false;
        return wasStarved;
    }

    static void AddSegments(BlockRequest request, ReadOnlySpan<GuestSegment> segments, uint skip, uint length)
    {
        foreach (var segment in segments)
        {
            if (skip >= segment.Length)
            {
                skip -= segment.Length;
                continue;
            }
            var part = Math.Min(segment.Length - skip, length);
            request.AddSegment(segment.Address + skip, part);
            length -= part;
            skip = 0;
        }
    }
}
