using Propolis.Vmm.Block;
using Propolis.Vmm.Devices.Nvme.Wire;
using Propolis.Vmm.Memory;
using Propolis.Vmm.Pci;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>The admin command set (NVMe 1.4, section 5), on the I/O thread only. Commands are answered at once, but for event requests and deletions, which wait.</summary>
sealed class NvmeAdmin : IBlockCompletion
{
    const int MaxAborts = 4;
    const uint RetainEvent = 1 << 15;
    const uint NotAborted = 1;

    readonly GuestMemory _memory;
    readonly NvmeQueues _queues;
    readonly NvmeRegisters _registers;
    readonly NvmeFeatures _features;
    readonly NvmeEvents _events;
    readonly NvmeLogs _logs;
    readonly NvmeIo _io;
    readonly ICommandAnswers _answers;
    readonly INvmeAttachment _attachment;
    readonly BlockRequest _target;
    readonly byte[] _controller;
    readonly byte[] _namespace;
    readonly byte[] _descriptors;
    readonly byte[] _page = new byte[NvmeLogs.MaxLength];
    readonly (ushort QueueId, ushort CommandId)[] _aborts = new (ushort, ushort)[MaxAborts];
    readonly (SubmissionQueue Queue, ushort CommandId)[] _deletions = new (SubmissionQueue, ushort)[NvmeRules.MaxQueues];
    int _abortCount;
    int _deletionCount;
    bool _wasCritical;

    public NvmeAdmin(NvmeParts parts, NvmeIo io, NvmeLogs logs, ICommandAnswers answers, INvmeAttachment attachment, NvmeOptions options, PciIdentity identity, BlockGeometry geometry)
    {
        _memory = parts.Memory;
        _queues = parts.Queues;
        _registers = parts.Registers;
        _features = parts.Features;
        _events = parts.Events;
        _logs = logs;
        _io = io;
        _answers = answers;
        _attachment = attachment;
        _target = new BlockRequest(this, parts.Memory, 0);
        _controller = NvmeIdentify.Controller(options, geometry, identity);
        _namespace = NvmeIdentify.Namespace(options, geometry);
        _descriptors = NvmeIdentify.Descriptors(options);
    }

    /// <summary>Carries out a command for whose answer an entry is reserved.</summary>
    public void Execute(SubmissionQueue queue, in SubmissionQueueEntry command)
    {
        var opcode = (AdminOpcode)command.Opcode;
        if (opcode == AdminOpcode.AsynchronousEventRequest && !command.IsFusedOrSgl && _events.TryPark(command.CommandId))
        {
            // Parked for long: its entry is reserved anew when there is an event.
            queue.Completions.Release();
            return;
        }
        if (opcode == AdminOpcode.DeleteSubmissionQueue && !command.IsFusedOrSgl && TryBeginDeletion(command)) return;
        var status = Execute(command, out var result);
        _answers.Answer(queue, command.CommandId, result, status);
    }

    /// <summary>Answers the deletions of queues in which nothing is in flight any more.</summary>
    public void FinishDeletions()
    {
        for (var i = _deletionCount - 1; i >= 0; i--)
        {
            var (queue, commandId) = _deletions[i];
            if (queue.InFlight != 0) continue;
            _queues.RemoveSubmission(queue.Id);
            _deletions[i] = _deletions[--_deletionCount];
            _attachment.UpdateDoorbells();
            if (_queues.Submission(0) is { } admin) _answers.Answer(admin, commandId, 0, NvmeStatus.Success);
        }
    }

    /// <summary>Reports events for which the guest has parked requests, as far as its completion queue has room.</summary>
    public void DeliverEvents()
    {
        while (_events.IsDeliverable && _queues.Submission(0) is { } admin && admin.Completions.Reserve(_memory, 1) == 1)
        {
            var (commandId, raised) = _events.Take();
            _answers.Answer(admin, commandId, raised.Result, NvmeStatus.Success);
        }
    }

    /// <summary>True once for a command whose abortion was asked for before it was fetched.</summary>
    public bool TakeAbort(ushort queueId, ushort commandId)
    {
        if (_abortCount == 0) return false;
        var index = _aborts.AsSpan(0, _abortCount).IndexOf((queueId, commandId));
        if (index < 0) return false;
        _aborts[index] = _aborts[--_abortCount];
        return true;
    }

    /// <summary>Forgets what waits, as a reset of the controller does.</summary>
    public void Reset()
    {
        _abortCount = _deletionCount = 0;
        _wasCritical = false;
        _events.Reset();
        _features.Reset();
    }

    /// <summary>After the features were imported.</summary>
    public void Restored() => _wasCritical = IsCritical;

    /// <inheritdoc/>
    public void Completed(BlockRequest request, BlockStatus status) => throw new InvalidOperationException("The admin queue's data never goes to a backend.");

    bool IsCritical => (_logs.CriticalWarning & _features.EnabledHealthWarnings) != 0;

    NvmeStatus Execute(in SubmissionQueueEntry command, out uint result)
    {
        result = 0;
        if (command.IsFusedOrSgl) return NvmeStatus.InvalidField;
        switch ((AdminOpcode)command.Opcode)
        {
            case AdminOpcode.DeleteSubmissionQueue: return NvmeStatus.InvalidQueueIdentifier;
            case AdminOpcode.CreateSubmissionQueue: return Rebind(_queues.CreateSubmission(command, _registers.Configuration));
            case AdminOpcode.DeleteCompletionQueue: return Repin(_queues.DeleteCompletion((ushort)command.Cdw10));
            case AdminOpcode.CreateCompletionQueue: return _queues.CreateCompletion(command, _registers.Configuration);
            case AdminOpcode.GetLogPage: return GetLogPage(command);
            case AdminOpcode.Identify: return Identify(command);
            case AdminOpcode.Abort: return Abort(command, out result);
            case AdminOpcode.SetFeatures: return SetFeatures(command, out result);
            case AdminOpcode.GetFeatures: return _features.Get(command, out result);
            case AdminOpcode.AsynchronousEventRequest: return NvmeStatus.EventRequestLimitExceeded;
            case AdminOpcode.DoorbellBufferConfig: return Rebind(_queues.ConfigureShadows(command.Prp1, command.Prp2));
            default: return NvmeStatus.InvalidOpcode;
        }
    }

    NvmeStatus Rebind(NvmeStatus status)
    {
        if (status.IsSuccess) _attachment.UpdateDoorbells();
        return status;
    }

    NvmeStatus Repin(NvmeStatus status)
    {
        if (status.IsSuccess) _attachment.UpdatePin();
        return status;
    }

    bool TryBeginDeletion(in SubmissionQueueEntry command)
    {
        var id = (ushort)command.Cdw10;
        if (id == 0 || _queues.Submission(id) is not { IsDeleting: false } queue) return false;
        queue.IsDeleting = true;
        // The last command in flight must either be seen gone below, or see the mark when it goes.
        Interlocked.MemoryBarrier();
        _deletions[_deletionCount++] = (queue, command.CommandId);
        return true;
    }

    NvmeStatus Identify(in SubmissionQueueEntry command)
    {
        var namespaceId = command.NamespaceId;
        switch (command.Cdw10 & 0xff)
        {
            case 0:
                return NvmeRules.IsNamespace(namespaceId) ? Send(command, _namespace) : NvmeStatus.InvalidNamespace;
            case 1:
                return Send(command, _controller);
            case 2:
                if (namespaceId >= NvmeRules.AllNamespaces - 1) return NvmeStatus.InvalidNamespace;
                NvmeIdentify.ActiveNamespaces(namespaceId, _page);
                return Send(command, _page);
            case 3:
                return NvmeRules.IsNamespace(namespaceId) ? Send(command, _descriptors) : NvmeStatus.InvalidNamespace;
            default:
                return NvmeStatus.InvalidField;
        }
    }

    NvmeStatus GetLogPage(in SubmissionQueueEntry command)
    {
        var log = (LogPageId)(byte)command.Cdw10;
        var length = ((ulong)(command.Cdw10 >> 16 | command.Cdw11 << 16) + 1) * sizeof(uint);
        var offset = command.Cdw12 | (ulong)command.Cdw13 << 32;
        var pageLength = _logs.Compose(log, _page);
        if (pageLength == 0) return NvmeStatus.InvalidLogPage;
        if (length > NvmeRules.MaxTransfer || (offset & 3) != 0 || offset > (ulong)pageLength) return NvmeStatus.InvalidField;
        // What lies behind the page's end is not defined, so it is left as it is.
        var part = _page.AsSpan((int)offset, (int)Math.Min(length, (ulong)pageLength - offset));
        var status = Send(command, part);
        if (status.IsSuccess && (command.Cdw10 & RetainEvent) == 0) _events.LogRead(log);
        return status;
    }

    NvmeStatus SetFeatures(in SubmissionQueueEntry command, out uint result)
    {
        var status = _features.Set(command, _queues.HasIoQueues, out result);
        var isCritical = IsCritical;
        if (isCritical && !_wasCritical) _events.Raise(AsyncEvent.TemperatureThreshold);
        _wasCritical = isCritical;
        return status;
    }

    /// <summary>Abort (section 5.1): parked event requests at once, queued commands when they are fetched, running ones at their next step.</summary>
    NvmeStatus Abort(in SubmissionQueueEntry command, out uint result)
    {
        result = NotAborted;
        var queueId = (ushort)command.Cdw10;
        var commandId = (ushort)(command.Cdw10 >> 16);
        if (_queues.Submission(queueId) is not { } queue) return NvmeStatus.InvalidField;
        if (queueId == 0)
        {
            if (queue.Completions.Reserve(_memory, 1) == 0) return NvmeStatus.Success;
            if (!_events.TryUnpark(commandId))
            {
                queue.Completions.Release();
                return NvmeStatus.Success;
            }
            _answers.Answer(queue, commandId, 0, NvmeStatus.AbortRequested);
            result = 0;
            return NvmeStatus.Success;
        }
        if (_io.Slots.Find(queueId, commandId) is { } slot)
        {
            // Whether it gets as far as another step is not known yet, so it counts as not aborted.
            slot.IsAborted = true;
            return NvmeStatus.Success;
        }
        if (_abortCount == MaxAborts || !queue.HasPending(_memory, commandId)) return NvmeStatus.Success;
        _aborts[_abortCount++] = (queueId, commandId);
        result = 0;
        return NvmeStatus.Success;
    }

    NvmeStatus Send(in SubmissionQueueEntry command, ReadOnlySpan<byte> data)
    {
        _target.Begin(BlockOperation.Read, 0, 0);
        var status = PrpRules.Resolve(_memory, command.Prp1, command.Prp2, (uint)data.Length, _target);
        if (!status.IsSuccess) return status;
        return GuestTransfer.CopyToGuest(_memory, _target.Segments, data) ? NvmeStatus.Success : NvmeStatus.DataTransferError;
    }
}
