using Propolis.Vmm.Block;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>
/// The commands that may be in flight at once. The I/O thread takes, any thread gives back. Slots are made when more are in flight than ever before, so a quiet disk
/// costs nothing and a busy one allocates only until it has reached its depth.
/// </summary>
sealed class NvmeSlots(IBlockCompletion owner, GuestMemory memory)
{
    /// <summary>Commands in flight at most.</summary>
    public const int Capacity = 1024;

    readonly Lock _gate = new();
    readonly NvmeSlot?[] _all = new NvmeSlot?[Capacity];
    readonly NvmeSlot[] _free = new NvmeSlot[Capacity];
    int _made;
    int _freeCount;
    bool _isStarved;

    /// <summary>The slot of a request.</summary>
    public NvmeSlot this[int tag] => _all[tag]!;

    /// <summary>How many may be taken, up to <paramref name="wanted"/>; when there is none, the next return reports it.</summary>
    public int CountFree(int wanted)
    {
        lock (_gate)
        {
            var free = Math.Min(wanted, _freeCount + Capacity - _made);
            _isStarved = free == 0;
            return free;
        }
    }

    /// <summary>Takes a slot; there is one, because <see cref="CountFree"/> said so on this thread.</summary>
    public NvmeSlot Take()
    {
        lock (_gate)
        {
            if (_freeCount > 0) return _free[--_freeCount];
            var slot = new NvmeSlot(new BlockRequest(owner, memory, _made));
            _all[_made++] = slot;
            return slot;
        }
    }

    /// <summary>Gives a slot back. True when commands wait for one.</summary>
    public bool Return(NvmeSlot slot)
    {
        slot.Queue = null;
        lock (_gate)
        {
            _free[_freeCount++] = slot;
            var wasStarved = _isStarved;
            _isStarved = false;
            return wasStarved;
        }
    }

    /// <summary>The command of a queue with the given id, null when none such is in flight.</summary>
    public NvmeSlot? Find(ushort queueId, ushort commandId)
    {
        lock (_gate)
        {
            for (var i = 0; i < _made; i++)
            {
                if (_all[i] is { Queue: { } queue } slot && queue.Id == queueId && slot.CommandId == commandId) return slot;
            }
            return null;
        }
    }
}
