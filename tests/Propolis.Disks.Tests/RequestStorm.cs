using System.Collections.Concurrent;
using Propolis.Vmm.Block;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Disks.Tests;

/// <summary>
/// A front end with many requests in flight: writes a pattern that depends on block and round, reads it back, and counts what went wrong. Every slot has its own blocks,
/// so that answers out of order are no matter.
/// </summary>
sealed class RequestStorm : IBlockCompletion
{
    const int Slots = 32;
    const int SlotBytes = 4096;

    readonly IBlockBackend _backend;
    readonly TestMemory _memory;
    readonly BlockRequest[] _requests;
    readonly int[] _rounds = new int[Slots];
    readonly int _target;
    readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _running = Slots;
    int _wrong;
    long _done;

    public RequestStorm(IBlockBackend backend, TestMemory memory, int rounds)
    {
        (_backend, _memory, _target) = (backend, memory, rounds);
        _requests = [.. Enumerable.Range(0, Slots).Select(slot => new BlockRequest(this, memory.Guest, slot))];
    }

    public long Done => Volatile.Read(ref _done);

    public int Wrong => Volatile.Read(ref _wrong);

    /// <summary>What went wrong, for messages.</summary>
    public ConcurrentQueue<string> Failures { get; } = new();

    public Task Start()
    {
        for (var slot = 0; slot < Slots; slot++)
        {
            var begun = slot;
            _ = Task.Run(() => Write(begun));
        }

        return _over.Task;
    }

    public void Completed(BlockRequest request, BlockStatus status)
    {
        var slot = request.Tag;
        Interlocked.Increment(ref _done);
        if (status != BlockStatus.Success)
            Fail($"{request.Operation} of slot {slot} in round {_rounds[slot]}: {status}");
        if (request.Operation == BlockOperation.Write)
        {
            _memory.Guest.TryClear(Address(slot), SlotBytes);
            Submit(slot, BlockOperation.Read);
            return;
        }

        if (!_memory.Bytes(Address(slot), SlotBytes).AsSpan().SequenceEqual(Pattern(slot)))
            Fail($"slot {slot} in round {_rounds[slot]} reads other bytes than were written");
        if (++_rounds[slot] < _target)
            _ = Task.Run(() => Write(slot));
        else if (Interlocked.Decrement(ref _running) == 0)
            _over.SetResult();
    }

    void Fail(string what)
    {
        Interlocked.Increment(ref _wrong);
        Failures.Enqueue(what);
    }

    void Write(int slot)
    {
        _memory.Write(Address(slot), Pattern(slot));
        Submit(slot, BlockOperation.Write);
    }

    void Submit(int slot, BlockOperation operation)
    {
        _requests[slot].Begin(operation, (ulong)(slot * SlotBytes), SlotBytes);
        _requests[slot].AddSegment(Address(slot), SlotBytes / 2);
        _requests[slot].AddSegment(Address(slot) + SlotBytes / 2, SlotBytes / 2);
        _backend.Submit(_requests[slot]);
    }

    static ulong Address(int slot) => (ulong)(slot * SlotBytes * 2);

    byte[] Pattern(int slot)
    {
        var bytes = new byte[SlotBytes];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(slot * 31 + _rounds[slot] * 7 + i / 16);
        return bytes;
    }
}
