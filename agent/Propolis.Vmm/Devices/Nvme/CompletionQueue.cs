using System.Runtime.InteropServices;
using Propolis.Vmm.Devices.Nvme.Wire;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>
/// A completion queue in guest memory (NVMe 1.4, section 4.1). A command is fetched only after an entry was reserved for its answer, so posting never finds the queue
/// full. vCPU threads acknowledge, backend threads post, the I/O thread reserves: one lock, held for a few stores.
/// </summary>
sealed class CompletionQueue(ushort id, ulong baseAddress, uint size, ushort vector, bool hasInterrupts)
{
    readonly Lock _gate = new();
    uint _head;
    uint _tail;
    uint _reserved;
    bool _phase = true;
    bool _isStarved;
    int _isInterruptDue;

    /// <summary>QID.</summary>
    public ushort Id => id;

    /// <summary>Guest-physical address of the first entry.</summary>
    public ulong BaseAddress => baseAddress;

    /// <summary>Entries.</summary>
    public uint Size => size;

    /// <summary>Interrupt vector.</summary>
    public ushort Vector => vector;

    /// <summary>The guest wants interrupts for this queue.</summary>
    public bool HasInterrupts => hasInterrupts;

    /// <summary>Shadow of the head doorbell in guest memory; a default one when there is none.</summary>
    public ShadowDoorbell Shadow { get; set; }

    /// <summary>There are entries that the guest has not acknowledged.</summary>
    public bool HasUnread => Volatile.Read(ref _head) != Volatile.Read(ref _tail);

    /// <summary>Takes up to <paramref name="wanted"/> entries for answers to come; when there is none, the next acknowledgement reports it.</summary>
    public int Reserve(GuestMemory memory, int wanted)
    {
        lock (_gate)
        {
            if (Free == 0 && Shadow.IsPresent) FollowShadow(memory);
            if (Free == 0 && Shadow.IsPresent)
            {
                // The guest rings for heads that pass the event index only: from now on this is the next one. What it stored before it saw that is read below.
                Shadow.Arm(memory, _head);
                FollowShadow(memory);
            }
            var granted = (int)Math.Min(Free, (uint)wanted);
            _reserved += (uint)granted;
            _isStarved = granted == 0;
            return granted;
        }
    }

    /// <summary>Gives back reserved entries that no answer will need.</summary>
    public void Release(int count = 1)
    {
        lock (_gate) _reserved -= (uint)count;
    }

    /// <summary>Writes an answer into a reserved entry; its phase tag last, so that a guest that sees it sees all of it. False when the queue is not in RAM.</summary>
    public bool TryPost(GuestMemory memory, in CompletionQueueEntry answer)
    {
        lock (_gate)
        {
            var address = baseAddress + (ulong)_tail * CompletionQueueEntry.Size;
            var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<CompletionQueueEntry>(in answer));
            if (!memory.TryWrite(address, bytes[..CompletionQueueEntry.StatusOffset])) return false;
            if (!memory.TryWriteRelease(address + CompletionQueueEntry.StatusOffset, answer.Status | (_phase ? 1u << 16 : 0))) return false;
            _reserved--;
            var next = _tail + 1 == size ? 0 : _tail + 1;
            if (next == 0) _phase = !_phase;
            Volatile.Write(ref _tail, next);
            return true;
        }
    }

    /// <summary>
    /// The guest rang: it has read up to <paramref name="head"/>. False when that is beyond what was posted. <paramref name="wasStarved"/>: commands wait for room.
    /// </summary>
    public bool TryAcknowledge(uint head, out bool wasStarved)
    {
        lock (_gate)
        {
            wasStarved = _isStarved;
            if (!TryAdvance(head)) return false;
            _isStarved = false;
            return true;
        }
    }

    /// <summary>Follows the shadow head; with <paramref name="mayRing"/> the guest is asked to ring for the next one (it must lower the interrupt pin).</summary>
    public void Refresh(GuestMemory memory, bool mayRing)
    {
        lock (_gate)
        {
            if (!Shadow.IsPresent) return;
            FollowShadow(memory);
            if (mayRing) Shadow.Arm(memory, _head);
        }
    }

    /// <summary>Notes that an interrupt is owed, to be taken by <see cref="TakeInterruptDue"/>.</summary>
    public void OweInterrupt() => Volatile.Write(ref _isInterruptDue, 1);

    /// <summary>True once after <see cref="OweInterrupt"/>.</summary>
    public bool TakeInterruptDue() => Volatile.Read(ref _isInterruptDue) != 0 && Interlocked.Exchange(ref _isInterruptDue, 0) != 0;

    /// <summary>Switches to a shadow doorbell. One that is still zero has never been used and takes the head over.</summary>
    public void Attach(GuestMemory memory, ShadowDoorbell shadow)
    {
        lock (_gate)
        {
            Shadow = shadow;
            shadow.Adopt(memory, _head);
            FollowShadow(memory);
        }
    }

    /// <summary>The positions, for a snapshot; nothing is reserved then.</summary>
    public CompletionQueueState Save()
    {
        lock (_gate) return new CompletionQueueState(id, baseAddress, size, vector, hasInterrupts, _head, _tail, _phase);
    }

    /// <summary>A queue as it was saved.</summary>
    public static CompletionQueue Restore(CompletionQueueState state) => new(state.Id, state.BaseAddress, state.Size, state.Vector, state.HasInterrupts)
    {
        _head = state.Head,
        _tail = state.Tail,
        _phase = state.Phase,
    };

    uint Unread => _tail >= _head ? _tail - _head : _tail + size - _head;

    uint Free => size - 1 - Unread - _reserved;

    void FollowShadow(GuestMemory memory)
    {
        // A shadow that makes no sense is as good as none written.
        if (Shadow.TryRead(memory, out var head)) TryAdvance(head);
    }

    bool TryAdvance(uint head)
    {
        if (head >= size) return false;
        var read = head >= _head ? head - _head : head + size - _head;
        if (read > Unread) return false;
        Volatile.Write(ref _head, head);
        return true;
    }
}
