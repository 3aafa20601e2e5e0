using Propolis.Vmm.Devices.Nvme.Wire;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>
/// The controller's queues by their numbers; number 0 is the admin queue. The I/O thread makes and removes them, vCPU threads find them to ring, backend threads hold on
/// to those whose commands they carry out.
/// </summary>
sealed class NvmeQueues(GuestMemory memory, int most)
{
    const int EntrySizeShiftSubmission = 6;
    const int EntrySizeShiftCompletion = 4;

    readonly SubmissionQueue?[] _submissions = new SubmissionQueue?[NvmeRules.MaxQueues];
    readonly CompletionQueue?[] _completions = new CompletionQueue?[NvmeRules.MaxQueues];
    ulong _shadowPage;
    ulong _eventIndexPage;

    /// <summary>The page of shadow doorbells, 0 without.</summary>
    public ulong ShadowPage => _shadowPage;

    /// <summary>The page of event indexes.</summary>
    public ulong EventIndexPage => _eventIndexPage;

    /// <summary>I/O queues exist.</summary>
    public bool HasIoQueues => Array.Exists(_completions, static queue => queue is { Id: > 0 });

    /// <summary>A submission queue, null where there is none.</summary>
    public SubmissionQueue? Submission(int id) => (uint)id < NvmeRules.MaxQueues ? Volatile.Read(ref _submissions[id]) : null;

    /// <summary>A completion queue, null where there is none.</summary>
    public CompletionQueue? Completion(int id) => (uint)id < NvmeRules.MaxQueues ? Volatile.Read(ref _completions[id]) : null;

    /// <summary>Makes the admin queues as the registers describe them. False when they are too short or not in RAM.</summary>
    public bool TryCreateAdmin(NvmeRegisters registers)
    {
        if (registers.AdminSubmissionSize < 2 || registers.AdminCompletionSize < 2) return false;
        if (!IsRam(registers.AdminSubmissionQueue, registers.AdminSubmissionSize, EntrySizeShiftSubmission)) return false;
        if (!IsRam(registers.AdminCompletionQueue, registers.AdminCompletionSize, EntrySizeShiftCompletion)) return false;
        var completions = new CompletionQueue(0, registers.AdminCompletionQueue, registers.AdminCompletionSize, 0, true);
        Put(completions);
        Put(new SubmissionQueue(0, registers.AdminSubmissionQueue, registers.AdminSubmissionSize, completions));
        return true;
    }

    /// <summary>Create I/O Completion Queue (NVMe 1.4, section 5.3).</summary>
    public NvmeStatus CreateCompletion(in SubmissionQueueEntry command, ControllerConfiguration configuration)
    {
        var id = (ushort)command.Cdw10;
        var vector = (ushort)(command.Cdw11 >> 16);
        if (id == 0 || id > most || Completion(id) is not null) return NvmeStatus.InvalidQueueIdentifier;
        if (configuration.CompletionEntrySize != EntrySizeShiftCompletion) return NvmeStatus.InvalidField;
        var status = JudgePlace(command, EntrySizeShiftCompletion);
        if (!status.IsSuccess) return status;
        if (vector >= NvmeRules.Vectors) return NvmeStatus.InvalidInterruptVector;
        var queue = new CompletionQueue(id, command.Prp1, SizeOf(command), vector, (command.Cdw11 & 2) != 0);
        if (_shadowPage != 0) (queue.Shadow = ShadowOf(id, isCompletion: true)).Clear(memory);
        Put(queue);
        return NvmeStatus.Success;
    }

    /// <summary>Create I/O Submission Queue (NVMe 1.4, section 5.4).</summary>
    public NvmeStatus CreateSubmission(in SubmissionQueueEntry command, ControllerConfiguration configuration)
    {
        var id = (ushort)command.Cdw10;
        var completionId = (ushort)(command.Cdw11 >> 16);
        if (id == 0 || id > most || Submission(id) is not null) return NvmeStatus.InvalidQueueIdentifier;
        if (completionId == 0 || completionId > most) return NvmeStatus.InvalidQueueIdentifier;
        if (Completion(completionId) is not { } completions) return NvmeStatus.CompletionQueueInvalid;
        if (configuration.SubmissionEntrySize != EntrySizeShiftSubmission) return NvmeStatus.InvalidField;
        var status = JudgePlace(command, EntrySizeShiftSubmission);
        if (!status.IsSuccess) return status;
        var queue = new SubmissionQueue(id, command.Prp1, SizeOf(command), completions);
        if (_shadowPage != 0) (queue.Shadow = ShadowOf(id, isCompletion: false)).Clear(memory);
        Put(queue);
        return NvmeStatus.Success;
    }

    /// <summary>Delete I/O Completion Queue (NVMe 1.4, section 5.5).</summary>
    public NvmeStatus DeleteCompletion(ushort id)
    {
        if (id == 0 || Completion(id) is not { } queue) return NvmeStatus.InvalidQueueIdentifier;
        foreach (var user in _submissions)
        {
            if (user?.Completions == queue) return NvmeStatus.InvalidQueueDeletion;
        }
        Volatile.Write(ref _completions[id], null);
        return NvmeStatus.Success;
    }

    /// <summary>Removes a submission queue in which nothing is in flight.</summary>
    public void RemoveSubmission(ushort id) => Volatile.Write(ref _submissions[id], null);

    /// <summary>Doorbell Buffer Config (NVMe 1.4, section 5.7): I/O queues ring in memory from now on. Drivers keep ringing the admin queue by register.</summary>
    public NvmeStatus ConfigureShadows(ulong shadowPage, ulong eventIndexPage)
    {
        const uint mask = PrpRules.PageSize - 1;
        if (shadowPage == 0 || eventIndexPage == 0 || ((shadowPage | eventIndexPage) & mask) != 0) return NvmeStatus.InvalidField;
        if (!memory.IsRam(shadowPage, PrpRules.PageSize) || !memory.IsRam(eventIndexPage, PrpRules.PageSize)) return NvmeStatus.InvalidField;
        (_shadowPage, _eventIndexPage) = (shadowPage, eventIndexPage);
        for (var id = 1; id < NvmeRules.MaxQueues; id++)
        {
            Completion(id)?.Attach(memory, ShadowOf(id, isCompletion: true));
            Submission(id)?.Attach(memory, ShadowOf(id, isCompletion: false));
        }
        return NvmeStatus.Success;
    }

    /// <summary>Forgets all queues; nothing is in flight.</summary>
    public void Clear()
    {
        for (var id = 0; id < NvmeRules.MaxQueues; id++)
        {
            Volatile.Write(ref _submissions[id], null);
            Volatile.Write(ref _completions[id], null);
        }
        _shadowPage = _eventIndexPage = 0;
    }

    /// <summary>Puts the shadow pages back, before the queues are restored.</summary>
    public void RestoreShadows(ulong shadowPage, ulong eventIndexPage) => (_shadowPage, _eventIndexPage) = (shadowPage, eventIndexPage);

    /// <summary>Puts a queue back; its shadow goes on from what is in memory.</summary>
    public void Restore(CompletionQueueState state)
    {
        var queue = CompletionQueue.Restore(state);
        if (_shadowPage != 0 && state.Id != 0) queue.Shadow = ShadowOf(state.Id, isCompletion: true);
        Put(queue);
    }

    /// <summary>Puts a queue back; its completion queue is back already.</summary>
    public void Restore(SubmissionQueueState state)
    {
        var queue = SubmissionQueue.Restore(state, Completion(state.CompletionQueueId)!);
        if (_shadowPage != 0 && state.Id != 0) queue.Shadow = ShadowOf(state.Id, isCompletion: false);
        Put(queue);
    }

    void Put(SubmissionQueue queue) => Volatile.Write(ref _submissions[queue.Id], queue);

    void Put(CompletionQueue queue) => Volatile.Write(ref _completions[queue.Id], queue);

    /// <summary>What both kinds of queues need: contiguous (CAP.CQR), at least two entries, from the start of a page, in RAM.</summary>
    NvmeStatus JudgePlace(in SubmissionQueueEntry command, int entryShift)
    {
        if ((command.Cdw11 & 1) == 0) return NvmeStatus.InvalidField;
        if (SizeOf(command) < 2) return NvmeStatus.InvalidQueueSize;
        if ((command.Prp1 & (PrpRules.PageSize - 1)) != 0) return NvmeStatus.PrpOffsetInvalid;
        return IsRam(command.Prp1, SizeOf(command), entryShift) ? NvmeStatus.Success : NvmeStatus.InvalidField;
    }

    bool IsRam(ulong address, uint size, int entryShift) => memory.IsRam(address, (ulong)size << entryShift);

    ShadowDoorbell ShadowOf(int id, bool isCompletion)
    {
        var offset = (ulong)(id * 2 + (isCompletion ? 1 : 0)) * sizeof(uint);
        return new ShadowDoorbell(_shadowPage + offset, _eventIndexPage + offset);
    }

    static uint SizeOf(in SubmissionQueueEntry command) => (command.Cdw10 >> 16) + 1;
}
