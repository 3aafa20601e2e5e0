using System.Runtime.InteropServices;
using Propolis.Vmm.Block;
using Propolis.Vmm.Devices.Nvme.Wire;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>
/// The NVM command set (NVMe 1.4, section 6): turns commands into block requests and answers them in the order in which the backend ends them. The I/O thread begins
/// commands; the backend's threads, or the I/O thread itself, complete.
/// </summary>
sealed class NvmeIo : IBlockCompletion
{
    const uint ForceUnitAccess = 1u << 30;
    const uint Deallocate = 1 << 2;

    readonly IBlockBackend _backend;
    readonly BlockGeometry _geometry;
    readonly GuestMemory _memory;
    readonly TimeProvider _clock;
    readonly NvmeCounters _counters;
    readonly NvmeErrorLog _errors;
    readonly NvmeFeatures _features;
    readonly ICommandAnswers _answers;
    int _inFlight;

    public NvmeIo(IBlockBackend backend, GuestMemory memory, TimeProvider clock, NvmeCounters counters, NvmeErrorLog errors, NvmeFeatures features, ICommandAnswers answers)
    {
        _backend = backend;
        _geometry = backend.Geometry;
        _memory = memory;
        _clock = clock;
        _counters = counters;
        _errors = errors;
        _features = features;
        _answers = answers;
        Slots = new NvmeSlots(this, memory);
    }

    /// <summary>The commands in flight.</summary>
    public NvmeSlots Slots { get; }

    /// <summary>How many commands are in flight; each end is told to <see cref="ICommandAnswers.Ended"/>.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Begins a command for whose answer an entry is reserved, in a slot that is free. It may be answered before this returns.</summary>
    public void Begin(SubmissionQueue queue, in SubmissionQueueEntry command)
    {
        var slot = Slots.Take();
        slot.Begin(queue, command.CommandId);
        slot.Request.StartedAt = _clock.GetTimestamp();
        Interlocked.Increment(ref _inFlight);
        queue.Begin();
        var status = Prepare(slot, command);
        if (status.IsSuccess) GoOn(slot);
        else Finish(slot, status);
    }

    /// <summary>Flushes the disk on the controller's own account; <see cref="ICommandAnswers.Flushed"/> tells when it is done.</summary>
    public void BeginFlush()
    {
        var slot = Slots.Take();
        slot.Begin(null, 0);
        Interlocked.Increment(ref _inFlight);
        slot.Request.Begin(BlockOperation.Flush, 0, 0);
        _backend.Submit(slot.Request);
    }

    /// <inheritdoc/>
    public void Completed(BlockRequest request, BlockStatus status)
    {
        var slot = Slots[request.Tag];
        if (slot.Queue is null)
        {
            Finish(slot, NvmeStatus.Success);
            return;
        }
        if (status == BlockStatus.Success)
        {
            Count(request);
            GoOn(slot);
            return;
        }
        _counters.CountMediaError();
        var failure = NvmeRules.Translate(status, request.Operation);
        _errors.Add(slot.Queue.Id, slot.CommandId, failure, slot.StartingLba, NvmeRules.NamespaceId);
        Finish(slot, failure.WithMore);
    }

    /// <summary>What a command means, pending its first step: a filled request, ranges, or nothing to do at all.</summary>
    NvmeStatus Prepare(NvmeSlot slot, in SubmissionQueueEntry command)
    {
        slot.Request.Begin(BlockOperation.Flush, 0, 0);
        if (command.IsFusedOrSgl) return NvmeStatus.InvalidField;
        if (!NvmeRules.IsNamespace(command.NamespaceId, orAll: command.Opcode == (byte)NvmOpcode.Flush)) return NvmeStatus.InvalidNamespace;
        switch ((NvmOpcode)command.Opcode)
        {
            case NvmOpcode.Flush:
                slot.FlushesAfter = true;
                return NvmeStatus.Success;
            case NvmOpcode.Read:
                return PrepareTransfer(slot, command, BlockOperation.Read);
            case NvmOpcode.Write:
                return _geometry.ReadOnly ? NvmeStatus.WriteProtected : PrepareTransfer(slot, command, BlockOperation.Write);
            case NvmOpcode.WriteZeroes:
                return _geometry.ReadOnly ? NvmeStatus.WriteProtected : PrepareWriteZeroes(slot, command);
            case NvmOpcode.DatasetManagement:
                return PrepareDataset(slot, command);
            default:
                return NvmeStatus.InvalidOpcode;
        }
    }

    NvmeStatus PrepareTransfer(NvmeSlot slot, in SubmissionQueueEntry command, BlockOperation operation)
    {
        var status = PrepareBlocks(slot, command, operation);
        if (!status.IsSuccess) return status;
        if (slot.Request.Length > NvmeRules.MaxTransfer) return NvmeStatus.InvalidField;
        return PrpRules.Resolve(_memory, command.Prp1, command.Prp2, (uint)slot.Request.Length, slot.Request);
    }

    NvmeStatus PrepareWriteZeroes(NvmeSlot slot, in SubmissionQueueEntry command) => PrepareBlocks(slot, command, BlockOperation.WriteZeroes);

    NvmeStatus PrepareBlocks(NvmeSlot slot, in SubmissionQueueEntry command, BlockOperation operation)
    {
        var lba = command.Cdw10 | (ulong)command.Cdw11 << 32;
        var blocks = (command.Cdw12 & 0xffff) + 1;
        if (!NvmeRules.IsInside(_geometry, lba, blocks)) return NvmeStatus.LbaOutOfRange;
        slot.StartingLba = lba;
        slot.FlushesAfter = operation != BlockOperation.Read && _geometry.HasWriteCache && ((command.Cdw12 & ForceUnitAccess) != 0 || !_features.IsWriteCacheOn);
        slot.Request.Begin(operation, lba * _geometry.BlockSize, (ulong)blocks * _geometry.BlockSize);
        slot.RangeCount = 1;
        return NvmeStatus.Success;
    }

    NvmeStatus PrepareDataset(NvmeSlot slot, in SubmissionQueueEntry command)
    {
        if (!_geometry.CanDiscard && !_geometry.ReadOnly) return NvmeStatus.InvalidOpcode;
        // Without the deallocate bit it is a hint about access patterns.
        if ((command.Cdw11 & Deallocate) == 0) return NvmeStatus.Success;
        if (_geometry.ReadOnly) return NvmeStatus.WriteProtected;
        var count = (int)(command.Cdw10 & 0xff) + 1;
        var status = PrpRules.Resolve(_memory, command.Prp1, command.Prp2, (uint)(count * DatasetRange.Size), slot.Request);
        if (!status.IsSuccess) return status;
        var ranges = slot.Ranges.AsSpan(0, count);
        if (!GuestTransfer.CopyFromGuest(_memory, slot.Request.Segments, MemoryMarshal.AsBytes(ranges))) return NvmeStatus.DataTransferError;
        foreach (ref readonly var range in ranges)
        {
            if (!NvmeRules.IsInside(_geometry, range.StartingLba, range.Blocks)) return NvmeStatus.LbaOutOfRange;
        }
        slot.Request.Begin(BlockOperation.Discard, 0, 0);
        slot.RangeCount = count;
        return NvmeStatus.Success;
    }

    /// <summary>Submits the command's next step, or answers it when there is none.</summary>
    void GoOn(NvmeSlot slot)
    {
        if (slot.IsAborted) Finish(slot, NvmeStatus.AbortRequested);
        else if (!TrySubmitNext(slot)) Finish(slot, NvmeStatus.Success);
    }

    bool TrySubmitNext(NvmeSlot slot)
    {
        var request = slot.Request;
        while (slot.NextRange < slot.RangeCount)
        {
            var index = slot.NextRange++;
            if (request.Operation == BlockOperation.Discard)
            {
                ref readonly var range = ref slot.Ranges[index];
                if (range.Blocks == 0) continue;
                request.Begin(BlockOperation.Discard, range.StartingLba * _geometry.BlockSize, (ulong)range.Blocks * _geometry.BlockSize);
            }
            _backend.Submit(request);
            return true;
        }
        if (!slot.FlushesAfter) return false;
        slot.FlushesAfter = false;
        request.Begin(BlockOperation.Flush, 0, 0);
        _backend.Submit(request);
        return true;
    }

    void Finish(NvmeSlot slot, NvmeStatus status)
    {
        var queue = slot.Queue;
        if (queue is null) _answers.Flushed();
        else _answers.Answer(queue, slot.CommandId, 0, status);
        // The slot goes back first: once nothing is in flight, all of them are free.
        var isAwaited = Slots.Return(slot);
        var isLastOfQueue = queue is not null && queue.End();
        var isLast = Interlocked.Decrement(ref _inFlight) == 0;
        _answers.Ended(isAwaited || isLastOfQueue, isLast);
    }

    void Count(BlockRequest request)
    {
        if (request.Operation == BlockOperation.Read) _counters.CountRead(request.Length);
        else if (request.Operation == BlockOperation.Write) _counters.CountWrite(request.Length);
    }
}
