using Propolis.Vmm.Block;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Devices.Nvme.Wire;
using Propolis.Vmm.Memory;
using Propolis.Vmm.Pci;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>
/// The controller behind BAR 0: registers, doorbells, and the service that fetches and answers commands. vCPU threads only store and wake; <see cref="Service"/> runs on
/// one I/O thread; backend threads answer. Lock order: a queue's or the slots' gate is held alone; the registers' gate comes last.
/// </summary>
sealed class NvmeChip : IBusDevice, ICommandAnswers
{
    /// <summary>Bytes of BAR 0.</summary>
    public const ulong BarSize = 0x4000;

    const int Burst = 16;
    const int RoundsPerService = 64;
    const int FaultRegister = 1;
    const int FaultValue = 2;
    const ushort NoCommand = 0xffff;

    readonly NvmeParts _parts;
    readonly NvmeRegisters _registers;
    readonly NvmeQueues _queues;
    readonly GuestMemory _memory;
    readonly INvmeAttachment _attachment;
    readonly NvmeIo _io;
    readonly NvmeAdmin _admin;
    int _faults;
    int _servingThread;
    readonly Lock _pauseGate = new();
    int _isPausing;
    bool _isDrained;
    TaskCompletionSource _drained = NewSignal();

    public NvmeChip(NvmeOptions options, PciIdentity identity, IBlockBackend backend, GuestMemory memory, INvmeAttachment attachment, TimeProvider clock)
    {
        _memory = memory;
        _attachment = attachment;
        _registers = new NvmeRegisters();
        _queues = new NvmeQueues(memory, options.Queues);
        var features = new NvmeFeatures(backend.Geometry, options.Queues);
        _parts = new NvmeParts(memory, _registers, _queues, features, new NvmeEvents(), new NvmeErrorLog(), new NvmeCounters(), new PowerOnTime(clock));
        _io = new NvmeIo(backend, memory, clock, _parts.Counters, _parts.Errors, features, this);
        var logs = new NvmeLogs(backend.Geometry, _parts.Counters, _parts.Errors, features, _parts.PowerOn);
        _admin = new NvmeAdmin(_parts, _io, logs, this, attachment, options, identity, backend.Geometry);
        _admin.Reset();
        _parts.Counters.CountPowerCycle(wasUnsafe: false);
    }

    /// <summary>What has been done.</summary>
    public NvmeCounters Counters => _parts.Counters;

    /// <summary>Submission queues whose doorbell carries no value, because a shadow does: bit per number.</summary>
    public uint ShadowedQueues
    {
        get
        {
            uint bits = 0;
            for (var id = 1; id < NvmeRules.MaxQueues; id++)
            {
                if (_queues.Submission(id) is { Shadow.IsPresent: true }) bits |= 1u << id;
            }
            return bits;
        }
    }

    /// <summary>A completion queue has entries that the guest has not seen and whose vector is not masked: the level of the pin.</summary>
    public bool IsPinHigh
    {
        get
        {
            var mask = _registers.InterruptMask;
            for (var id = 0; id < NvmeRules.MaxQueues; id++)
            {
                if (_queues.Completion(id) is { HasInterrupts: true, HasUnread: true } queue && (queue.Vector > 31 || (mask >> queue.Vector & 1) == 0)) return true;
            }
            return false;
        }
    }

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data)
    {
        for (var i = 0; i < data.Length; i++)
        {
            var at = (int)offset + i;
            // Doorbells are write-only and read as zero.
            data[i] = at >= RegisterOffset.Doorbells ? (byte)0 : (byte)(_registers.Read(at & ~3) >> (at & 3) * 8);
        }
    }

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        if ((offset & 3) != 0 || data.Length is not (4 or 8)) return;
        for (var i = 0; i < data.Length; i += 4) WriteDword((int)offset + i, BitConverter.ToUInt32(data[i..]));
    }

    /// <summary>Does all there is to do: register changes, commands, events, interrupts. On the I/O thread only.</summary>
    public void Service()
    {
        if (Volatile.Read(ref _isDrained)) return;
        Volatile.Write(ref _servingThread, Environment.CurrentManagedThreadId);
        var isPausing = Volatile.Read(ref _isPausing) != 0;
        Settle(mayShutDown: !isPausing);
        RaiseFaults();
        if (!isPausing && _attachment.IsBusMaster) Fetch();
        _admin.FinishDeletions();
        if (_registers.IsRunning) _admin.DeliverEvents();
        SendInterrupts();
        Volatile.Write(ref _servingThread, 0);
        if (isPausing && _io.InFlight == 0) Drain();
    }

    /// <summary>Stops fetching; the task ends when nothing is in flight.</summary>
    public Task PauseAsync()
    {
        Task drained;
        lock (_pauseGate)
        {
            Interlocked.Exchange(ref _isPausing, 1);
            drained = _drained.Task;
        }
        _attachment.Wake();
        return drained;
    }

    /// <summary>Fetches again, also what was rung for while paused.</summary>
    public void Resume()
    {
        lock (_pauseGate)
        {
            Interlocked.Exchange(ref _isPausing, 0);
            Volatile.Write(ref _isDrained, false);
            if (_drained.Task.IsCompleted) _drained = NewSignal();
        }
        _attachment.Wake();
    }

    /// <summary>Back to power-on, while paused.</summary>
    public void Reset()
    {
        var wasUnsafe = _registers.IsRunning;
        _queues.Clear();
        _admin.Reset();
        _registers.Reset();
        Volatile.Write(ref _faults, 0);
        _parts.Counters.CountPowerCycle(wasUnsafe);
        _attachment.UpdateDoorbells();
        _attachment.UpdatePin();
    }

    /// <summary>Writes the state, while paused.</summary>
    public void Export(State.StateWriter writer) => NvmeSnapshot.Export(_parts, writer);

    /// <summary>Replaces the state, while paused or before the first service.</summary>
    public void Import(State.StateReader reader)
    {
        NvmeSnapshot.Import(_parts, reader);
        _admin.Restored();
        _attachment.UpdateDoorbells();
    }

    /// <inheritdoc/>
    public void Answer(SubmissionQueue queue, ushort commandId, uint result, NvmeStatus status)
    {
        var completions = queue.Completions;
        if (_registers.IsResetPending)
        {
            // The guest has given its commands up and expects silence.
            completions.Release();
            return;
        }
        if (!completions.TryPost(_memory, CompletionQueueEntry.Answer(result, queue.Id, queue.Head, commandId, status)))
        {
            completions.Release();
            _registers.Fail();
            return;
        }
        if (!completions.HasInterrupts) return;
        // What ends while the service runs is announced once for all; other threads announce each.
        if (Volatile.Read(ref _servingThread) == Environment.CurrentManagedThreadId) completions.OweInterrupt();
        else Announce(completions);
    }

    /// <inheritdoc/>
    public void Flushed() => _registers.CompleteShutdown();

    /// <inheritdoc/>
    public void Ended(bool isAwaited, bool isLast)
    {
        if (isAwaited || isLast && (Volatile.Read(ref _isPausing) != 0 || _registers.IsResetPending || _registers.IsShutdownDue)) _attachment.Wake();
    }

    void WriteDword(int offset, uint value)
    {
        if (offset >= RegisterOffset.Doorbells)
        {
            Ring((offset - RegisterOffset.Doorbells) / 4, value);
            return;
        }
        switch (_registers.Write(offset, value))
        {
            case RegisterEffect.Service: _attachment.Wake(); break;
            case RegisterEffect.InterruptMask: _attachment.UpdatePin(); break;
        }
    }

    void Ring(int doorbell, uint value)
    {
        var id = doorbell / 2;
        if ((doorbell & 1) == 0)
        {
            if (_queues.Submission(id) is not { } queue) Reject(FaultRegister);
            else if (queue.TryRing(value)) _attachment.Wake();
            else Reject(FaultValue);
            return;
        }
        if (_queues.Completion(id) is not { } completions)
        {
            Reject(FaultRegister);
            return;
        }
        if (!completions.TryAcknowledge(value, out var wasStarved)) Reject(FaultValue);
        if (_attachment.UsesPin)
        {
            completions.Refresh(_memory, mayRing: true);
            _attachment.UpdatePin();
        }
        if (wasStarved || id == 0) _attachment.Wake();
    }

    void Reject(int fault)
    {
        _parts.Counters.CountRejectedDoorbell();
        // One wake-up for however many: a guest that rings nonsense all the time costs itself, not the I/O thread.
        if ((Interlocked.Or(ref _faults, fault) & fault) == 0) _attachment.Wake();
    }

    void RaiseFaults()
    {
        var faults = Interlocked.Exchange(ref _faults, 0);
        if (faults == 0 || !_registers.IsRunning) return;
        if ((faults & FaultRegister) != 0) RaiseFault(AsyncEvent.InvalidDoorbellRegister);
        if ((faults & FaultValue) != 0) RaiseFault(AsyncEvent.InvalidDoorbellValue);
    }

    void RaiseFault(AsyncEvent fault)
    {
        _parts.Errors.Add(NoCommand, NoCommand, NvmeStatus.Success, 0, 0);
        _parts.Events.Raise(fault);
    }

    /// <summary>Carries out what the guest wrote to CC: reset, enable, shutdown, each when nothing is in flight.</summary>
    void Settle(bool mayShutDown)
    {
        if (_io.InFlight != 0) return;
        if (_registers.IsResetPending)
        {
            _queues.Clear();
            _admin.Reset();
            _attachment.UpdateDoorbells();
            _attachment.UpdatePin();
            // Last, since a guest that reads CSTS.RDY as 0 may at once make its next queues over the old ones.
            _registers.CompleteReset();
        }
        if (_registers.IsEnableDue)
        {
            if (_registers.Configuration.IsSupported && _queues.TryCreateAdmin(_registers)) _registers.CompleteEnable();
            else _registers.Fail();
        }
        if (!mayShutDown || !_registers.IsShutdownDue) return;
        _registers.BeginShutdown();
        _io.BeginFlush();
    }

    void Fetch()
    {
        for (var round = 0; round < RoundsPerService && _registers.IsRunning; round++)
        {
            var hasFetched = false;
            for (var id = 0; id < NvmeRules.MaxQueues; id++)
            {
                if (_queues.Submission(id) is { IsDeleting: false } queue) hasFetched |= FetchFrom(queue);
            }
            if (!hasFetched) return;
            SendInterrupts();
        }
        // Others wait for this thread too; it comes back at once.
        if (_registers.IsRunning) _attachment.Wake();
    }

    bool FetchFrom(SubmissionQueue queue)
    {
        var hasCommands = queue.Poll(_memory, out var hasGoneWrong);
        if (hasGoneWrong) Reject(FaultValue);
        if (!hasCommands) return false;
        var wanted = (int)Math.Min(queue.Pending, Burst);
        if (queue.Id != 0) wanted = _io.Slots.CountFree(wanted);
        if (wanted == 0) return false;
        var granted = queue.Completions.Reserve(_memory, wanted);
        if (granted == 0) return false;
        Span<SubmissionQueueEntry> commands = stackalloc SubmissionQueueEntry[Burst];
        if (!queue.TryPeek(_memory, commands[..granted], out var count))
        {
            queue.Completions.Release(granted);
            _registers.Fail();
            return false;
        }
        if (count < granted) queue.Completions.Release(granted - count);
        queue.Advance(count);
        foreach (ref readonly var command in commands[..count]) Execute(queue, command);
        return true;
    }

    void Execute(SubmissionQueue queue, in SubmissionQueueEntry command)
    {
        if (queue.Id == 0) _admin.Execute(queue, command);
        else if (_admin.TakeAbort(queue.Id, command.CommandId)) Answer(queue, command.CommandId, 0, NvmeStatus.AbortRequested);
        else _io.Begin(queue, command);
    }

    void SendInterrupts()
    {
        for (var id = 0; id < NvmeRules.MaxQueues; id++)
        {
            if (_queues.Completion(id) is { } queue && queue.TakeInterruptDue()) Announce(queue);
        }
    }

    void Announce(CompletionQueue queue)
    {
        // The pin falls when the guest acknowledges, so it must ring even where a shadow would do.
        if (_attachment.UsesPin) queue.Refresh(_memory, mayRing: true);
        _attachment.Interrupt(queue);
    }

    void Drain()
    {
        Settle(mayShutDown: false);
        _admin.FinishDeletions();
        SendInterrupts();
        lock (_pauseGate)
        {
            // A resume may have come in between.
            if (_isPausing == 0) return;
            Volatile.Write(ref _isDrained, true);
            _drained.TrySetResult();
        }
    }

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
