using System.Runtime.InteropServices;
using Propolis.Vmm.Devices.Nvme.Wire;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>A submission queue in guest memory (NVMe 1.4, section 4.1). vCPU threads ring; the I/O thread alone fetches; backend threads count down what is in flight.</summary>
sealed class SubmissionQueue(ushort id, ulong baseAddress, uint size, CompletionQueue completions)
{
    uint _head;
    uint _tail;
    int _inFlight;
    bool _isShadowWrong;

    /// <summary>QID.</summary>
    public ushort Id => id;

    /// <summary>Guest-physical address of the first entry.</summary>
    public ulong BaseAddress => baseAddress;

    /// <summary>Entries.</summary>
    public uint Size => size;

    /// <summary>Where answers go.</summary>
    public CompletionQueue Completions => completions;

    /// <summary>Shadow of the tail doorbell in guest memory; a default one when there is none.</summary>
    public ShadowDoorbell Shadow { get; set; }

    /// <summary>The guest has asked for its deletion: nothing is fetched any more.</summary>
    public bool IsDeleting
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>SQHD: the next entry to fetch.</summary>
    public ushort Head => (ushort)Volatile.Read(ref _head);

    /// <summary>Commands fetched and not answered.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Entries between head and tail.</summary>
    public uint Pending
    {
        get
        {
            var tail = Volatile.Read(ref _tail);
            return tail >= _head ? tail - _head : tail + size - _head;
        }
    }

    /// <summary>The guest rang with a new tail. False when it lies outside the queue; it is then ignored.</summary>
    public bool TryRing(uint tail)
    {
        if (tail >= size) return false;
        // With a shadow the register only says "look".
        if (!Shadow.IsPresent) Volatile.Write(ref _tail, tail);
        return true;
    }

    /// <summary>
    /// True when there are commands to fetch. When there are none, the guest rings for the next one. <paramref name="hasGoneWrong"/>: the shadow tail lies outside the queue since
    /// the last call.
    /// </summary>
    public bool Poll(GuestMemory memory, out bool hasGoneWrong)
    {
        var wasWrong = _isShadowWrong;
        FollowShadow(memory);
        if (Pending == 0 && Shadow.IsPresent && !_isShadowWrong)
        {
            Shadow.Arm(memory, _head);
            FollowShadow(memory);
        }
        hasGoneWrong = _isShadowWrong && !wasWrong;
        return Pending > 0;
    }

    /// <summary>Copies up to <paramref name="entries"/> commands that lie one after the other, without taking them. False when the queue is not in memory.</summary>
    public bool TryPeek(GuestMemory memory, Span<SubmissionQueueEntry> entries, out int count)
    {
        count = (int)Math.Min((uint)entries.Length, Math.Min(Pending, size - _head));
        return memory.TryRead(baseAddress + (ulong)_head * SubmissionQueueEntry.Size, MemoryMarshal.AsBytes(entries[..count]));
    }

    /// <summary>Takes <paramref name="count"/> commands: the guest may use their entries again as soon as it learns of it by an answer.</summary>
    public void Advance(int count)
    {
        var next = _head + (uint)count;
        Volatile.Write(ref _head, next >= size ? next - size : next);
    }

    /// <summary>True when a command with the given id waits to be fetched.</summary>
    public bool HasPending(GuestMemory memory, ushort commandId)
    {
        var pending = Pending;
        for (uint i = 0; i < pending; i++)
        {
            var at = _head + i >= size ? _head + i - size : _head + i;
            if (memory.TryRead(baseAddress + (ulong)at * SubmissionQueueEntry.Size, out SubmissionQueueEntry entry) && entry.CommandId == commandId) return true;
        }
        return false;
    }

    /// <summary>A command was fetched that will be answered later.</summary>
    public void Begin() => Interlocked.Increment(ref _inFlight);

    /// <summary>A command was answered. True when it was the last one that the deletion of this queue waits for.</summary>
    public bool End() => Interlocked.Decrement(ref _inFlight) == 0 && IsDeleting;

    /// <summary>Switches to a shadow doorbell. One that is still zero has never been used and takes the tail over.</summary>
    public void Attach(GuestMemory memory, ShadowDoorbell shadow)
    {
        Shadow = shadow;
        shadow.Adopt(memory, Volatile.Read(ref _tail));
        FollowShadow(memory);
    }

    /// <summary>The positions, for a snapshot; nothing is in flight then.</summary>
    public SubmissionQueueState Save() => new(id, baseAddress, size, completions.Id, _head, Volatile.Read(ref _tail));

    /// <summary>A queue as it was saved.</summary>
    public static SubmissionQueue Restore(SubmissionQueueState state, CompletionQueue completions) =>
        new(state.Id, state.BaseAddress, state.Size, completions) { _head = state.Head, _tail = state.Tail };

    void FollowShadow(GuestMemory memory)
    {
        if (!Shadow.IsPresent) return;
        _isShadowWrong = !Shadow.TryRead(memory, out var tail) || tail >= size;
        if (!_isShadowWrong) Volatile.Write(ref _tail, tail);
    }
}
