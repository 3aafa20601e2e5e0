using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Devices.Virtio.Queue;

/// <summary>
/// The device's side of a split virtqueue (VIRTIO 1.2, 2.7). One thread pops; any thread completes, in any order. Chains in flight when the driver
/// resets the queue become stale: completing them changes nothing but the count that says when the reset is over.
/// <para>
/// Every member takes <see cref="Gate"/>; a device holds it across several calls to make them one step. It is taken after the transport's lock
/// and before any interrupt's. Nothing here waits and nothing here allocates once the machine runs.
/// </para>
/// </summary>
public sealed partial class VirtQueue
{
    /// <summary>VIRTQ_AVAIL_F_NO_INTERRUPT (2.7.6).</summary>
    const ushort NoInterrupt = 1;

    /// <summary>VIRTQ_USED_F_NO_NOTIFY (2.7.8).</summary>
    const ushort NoNotify = 1;

    /// <summary>No MSI-X vector (4.1.5.1.2).</summary>
    public const ushort NoVector = 0xffff;

    GuestMemory? _memory;
    TaskCompletionSource? _drained;
    QueueAreas _areas;
    ushort _size;
    bool _started;
    bool _paused;
    bool _misuseReported = true;

    // Next chain to take, and the driver's index as last read: chains between the two are taken without looking at the driver's index again.
    ushort _nextAvail;
    ushort _availIdx;

    // Used entries the driver may see; entries behind it that are written but not published; the index at the last interrupt decision.
    ushort _usedIdx;
    ushort _staged;
    ushort _signalledIdx;
    int _inFlight;
    int _stale;

    /// <summary>A queue of at most <paramref name="maxSize"/> entries, a power of two; <paramref name="index"/> is its number in the device.</summary>
    public VirtQueue(int index, ushort maxSize)
    {
        if (!VirtQueueRules.IsValidSize(maxSize, VirtQueueRules.MaxSize))
            throw new ArgumentOutOfRangeException(nameof(maxSize), maxSize, "A queue's size is a power of two up to 32768.");
        Index = index;
        MaxSize = maxSize;
        _size = maxSize;
    }

    /// <summary>Guards the queue.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Number in the device, from 0.</summary>
    public int Index { get; }

    /// <summary>Size that the device offers.</summary>
    public ushort MaxSize { get; }

    /// <summary>Size that the driver chose.</summary>
    public ushort Size => _size;

    /// <summary>Where the parts lie.</summary>
    public QueueAreas Areas => _areas;

    /// <summary>MSI-X vector for used buffers, or <see cref="NoVector"/>.</summary>
    public ushort Vector { get; set; } = NoVector;

    /// <summary>The driver switched the queue on.</summary>
    public bool IsEnabled { get; private set; }

    /// <summary>VIRTIO_F_EVENT_IDX is in use.</summary>
    public bool UsesEventIdx { get; private set; }

    /// <summary>VIRTIO_F_INDIRECT_DESC is in use.</summary>
    public bool UsesIndirect { get; private set; }

    /// <summary>Why the queue stopped; cleared by a device reset only.</summary>
    public QueueMisuse Misuse { get; private set; }

    /// <summary>Counts resets; a chain of another generation is stale.</summary>
    public uint Generation { get; private set; }

    /// <summary>Chains taken and not completed since the last reset.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>True while chains from before a reset may still be read or written by the device.</summary>
    public bool HasStale => Volatile.Read(ref _stale) != 0;

    bool IsRunning => _started && !_paused && Misuse == QueueMisuse.None;

    /// <summary>Gives the queue its memory; called once.</summary>
    public void Connect(GuestMemory memory) => _memory = memory;

    /// <summary>Takes the driver's choice of a size; false (and no change) when it is none or the queue is on.</summary>
    public bool TrySetSize(ushort size)
    {
        lock (Gate)
        {
            if (IsEnabled || !VirtQueueRules.IsValidSize(size, MaxSize)) return false;
            _size = size;
            return true;
        }
    }

    /// <summary>Takes the places of the three areas; no effect while the queue is on.</summary>
    public void SetAreas(in QueueAreas areas)
    {
        lock (Gate)
        {
            if (!IsEnabled) _areas = areas;
        }
    }

    /// <summary>Switches the queue on with the negotiated features. Areas that are misaligned or not in RAM are misuse.</summary>
    public void Enable(bool usesEventIdx, bool usesIndirect)
    {
        lock (Gate)
        {
            if (IsEnabled) return;
            IsEnabled = true;
            UsesEventIdx = usesEventIdx;
            UsesIndirect = usesIndirect;
            if (!AreasAreUsable()) Fail(QueueMisuse.NotInMemory);
        }
    }

    /// <summary>Lets an enabled queue be served: the driver is ready (DRIVER_OK).</summary>
    public void Start()
    {
        lock (Gate) _started = IsEnabled;
    }

    /// <summary>Stops serving; the task ends when nothing is in flight, stale chains included.</summary>
    public Task PauseAsync()
    {
        lock (Gate)
        {
            _paused = true;
            if (_inFlight + _stale == 0) return Task.CompletedTask;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    /// <summary>Serves again.</summary>
    public void Resume()
    {
        lock (Gate) _paused = false;
    }

    /// <summary>Returns to the state of power-on, as a device reset does.</summary>
    public void Reset()
    {
        lock (Gate)
        {
            ResetRing();
            Misuse = QueueMisuse.None;
            _misuseReported = true;
        }
    }

    /// <summary>Resets this queue alone (VIRTIO_F_RING_RESET, 2.6.1): as <see cref="Reset"/>, but misuse stays.</summary>
    public void ResetRing()
    {
        lock (Gate)
        {
            Generation++;
            _stale += _inFlight;
            _inFlight = 0;
            IsEnabled = _started = false;
            UsesEventIdx = UsesIndirect = false;
            Vector = NoVector;
            _size = MaxSize;
            _areas = default;
            _nextAvail = _availIdx = _usedIdx = _staged = _signalledIdx = 0;
        }
    }

    /// <summary>Takes the next available chain into <paramref name="chain"/>.</summary>
    public PopResult TryPop(DescriptorChain chain)
    {
        lock (Gate)
        {
            if (!IsRunning) return PopResult.Empty;
            if (_nextAvail == _availIdx && !SeesAvail()) return Misuse == QueueMisuse.None ? PopResult.Empty : PopResult.Misused;
            var slot = _areas.Driver + 4 + 2UL * (ushort)(_nextAvail & (_size - 1));
            var misuse = _memory!.TryRead(slot, out ushort head)
                ? DescriptorWalk.Read(_memory, _areas.Descriptors, _size, head, UsesIndirect, chain)
                : QueueMisuse.NotInMemory;
            if (misuse != QueueMisuse.None)
            {
                Fail(misuse);
                return PopResult.Misused;
            }
            _nextAvail++;
            _inFlight++;
            chain.Generation = Generation;
            return PopResult.Popped;
        }
    }

    /// <summary>Puts the chains taken last back, as if never taken; none of them may have been added to the used ring for good.</summary>
    public void Rewind(int chains)
    {
        lock (Gate)
        {
            _nextAvail -= (ushort)chains;
            _inFlight -= chains - _staged;
            _staged = 0;
            SetDrained();
        }
    }

    /// <summary>Lets go of a chain without telling the driver, because the queue has failed.</summary>
    public void Abandon(uint generation)
    {
        lock (Gate)
        {
            if (generation == Generation) _inFlight--;
            else _stale--;
            SetDrained();
        }
    }

    /// <summary>Writes a used entry that the driver sees after <see cref="Publish"/>. False when the chain is stale: its memory is not ours any more.</summary>
    public bool AddUsed(ushort head, uint generation, uint written)
    {
        lock (Gate)
        {
            if (generation != Generation)
            {
                _stale--;
                SetDrained();
                return false;
            }
            var slot = _areas.Device + 4 + 8UL * (ushort)((_usedIdx + _staged) & (_size - 1));
            if (!_memory!.TryWrite(slot, new UsedElement(head, written))) Fail(QueueMisuse.NotInMemory);
            _staged++;
            _inFlight--;
            return true;
        }
    }

    /// <summary>Shows the driver every entry added so far.</summary>
    public void Publish()
    {
        lock (Gate)
        {
            if (_staged == 0) return;
            _usedIdx += _staged;
            _staged = 0;
            // Release: the driver that sees the index sees the entries and the data before them (2.7.8.2).
            if (IsEnabled && !_memory!.TryWriteRelease(_areas.Device + 2, _usedIdx)) Fail(QueueMisuse.NotInMemory);
            SetDrained();
        }
    }

    /// <summary>Decides whether the entries published since the last decision deserve an interrupt (2.7.7.2).</summary>
    public bool TakeInterrupt()
    {
        lock (Gate)
        {
            var before = _signalledIdx;
            if (!IsEnabled || before == _usedIdx) return false;
            _signalledIdx = _usedIdx;
            // The index must be visible before the driver's wish is read: otherwise the driver can set its wish, find no new entry and sleep,
            // while we still read the old wish. Store-then-load needs a full barrier even on x86.
            Interlocked.MemoryBarrier();
            if (!UsesEventIdx) return _memory!.TryReadAcquire(_areas.Driver, out ushort flags) && (flags & NoInterrupt) == 0;
            return _memory!.TryReadAcquire(_areas.Driver + 4 + 2UL * _size, out ushort usedEvent) && VirtQueueRules.IsEventDue(usedEvent, _usedIdx, before);
        }
    }

    /// <summary>Tells the driver that doorbells are not needed, because the queue is being served. With EVENT_IDX an old avail_event says so already.</summary>
    public void SuppressDoorbells()
    {
        lock (Gate)
        {
            if (IsRunning && !UsesEventIdx) _memory!.TryWriteRelease(_areas.Device, NoNotify);
        }
    }

    /// <summary>
    /// Asks for a doorbell at the next chain, behind <paramref name="known"/> that are available but not enough. True when more than those are there already: serve again, a
    /// doorbell may not come.
    /// </summary>
    public bool RearmDoorbells(int known = 0)
    {
        lock (Gate)
        {
            if (!IsRunning) return false;
            var awaited = (ushort)(_nextAvail + known);
            if (UsesEventIdx) _memory!.TryWriteRelease(_areas.Device + 4 + 8UL * _size, awaited);
            else _memory!.TryWriteRelease(_areas.Device, 0);
            // The wish must be visible before the driver's index is read again, or both sides wait for each other (2.7.10.1).
            Interlocked.MemoryBarrier();
            SeesAvail();
            return _availIdx != awaited;
        }
    }

    /// <summary>Stops the queue for a reason found in a chain.</summary>
    public void Fail(QueueMisuse misuse)
    {
        lock (Gate)
        {
            if (Misuse != QueueMisuse.None) return;
            Misuse = misuse;
            _misuseReported = false;
        }
    }

    /// <summary>True once after each <see cref="Fail"/>: the caller tells the driver.</summary>
    public bool TakeMisuseReport()
    {
        lock (Gate)
        {
            var report = !_misuseReported;
            _misuseReported = true;
            return report;
        }
    }

    bool AreasAreUsable() =>
        VirtQueueRules.IsAligned(_areas)
        && _memory!.IsRam(_areas.Descriptors, VirtQueueRules.DescriptorAreaLength(_size))
        && _memory.IsRam(_areas.Driver, VirtQueueRules.DriverAreaLength(_size))
        && _memory.IsRam(_areas.Device, VirtQueueRules.DeviceAreaLength(_size));

    bool SeesAvail()
    {
        // Acquire: ring entries and descriptors that the driver wrote before this index are read after it (2.7.13.3).
        if (!_memory!.TryReadAcquire(_areas.Driver + 2, out ushort idx))
        {
            Fail(QueueMisuse.NotInMemory);
            return false;
        }
        if ((ushort)(idx - _nextAvail) > _size)
        {
            Fail(QueueMisuse.AvailIdxOutOfRange);
            return false;
        }
        _availIdx = idx;
        return idx != _nextAvail;
    }

    void SetDrained()
    {
        if (_drained is null || _inFlight + _stale + _staged != 0) return;
        _drained.SetResult();
        _drained = null;
    }
}
