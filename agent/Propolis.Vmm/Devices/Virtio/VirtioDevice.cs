using Propolis.Vmm.Devices.Virtio.Queue;
using Propolis.Vmm.Io;
using Propolis.Vmm.Memory;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Virtio;

/// <summary>
/// A device type behind any virtio transport: its features, its configuration space, its queues and what it does with them. The transport calls
/// <see cref="Service"/> on the queue's I/O thread, the rest from vCPU threads under its own lock, so nothing here may wait.
/// </summary>
public abstract class VirtioDevice
{
    readonly VirtQueue[] _queues;
    GuestMemory? _memory;
    IVirtioTransport? _transport;
    long _misuses;

    /// <summary>A device with one queue per entry of <paramref name="queueSizes"/>.</summary>
    protected VirtioDevice(VirtioDeviceType type, ReadOnlySpan<ushort> queueSizes)
    {
        Type = type;
        _queues = new VirtQueue[queueSizes.Length];
        for (var i = 0; i < queueSizes.Length; i++) _queues[i] = new VirtQueue(i, queueSizes[i]);
    }

    /// <summary>What it is.</summary>
    public VirtioDeviceType Type { get; }

    /// <summary>Name of the snapshot payload.</summary>
    public abstract string Kind { get; }

    /// <summary>The device type's own feature bits on offer.</summary>
    public abstract ulong OfferedFeatures { get; }

    /// <summary>Bytes of the configuration space.</summary>
    public abstract int ConfigurationLength { get; }

    /// <summary>The queues by number.</summary>
    public ReadOnlySpan<VirtQueue> Queues => _queues;

    /// <summary>How often the driver broke the rules of a queue.</summary>
    public long Misuses => Volatile.Read(ref _misuses);

    /// <summary>Guest memory; there once connected.</summary>
    protected GuestMemory Memory => _memory ?? throw new InvalidOperationException("The device is not connected yet.");

    /// <summary>The transport; there once connected.</summary>
    protected IVirtioTransport Transport => _transport ?? throw new InvalidOperationException("The device is not connected yet.");

    /// <summary>Attaches to a transport; called once, before the machine starts.</summary>
    public void Connect(GuestMemory memory, IVirtioTransport transport)
    {
        _memory = memory;
        _transport = transport;
        foreach (var queue in _queues) queue.Connect(memory);
        OnConnected();
    }

    /// <summary>Serves a queue: takes what is available and can be taken now. On the queue's I/O thread.</summary>
    public void Service(VirtQueue queue)
    {
        Process(queue);
        ReportMisuse(queue);
    }

    /// <summary>Tells the driver when its queue has just stopped for misuse. Called without locks.</summary>
    protected void ReportMisuse(VirtQueue queue)
    {
        if (!queue.TakeMisuseReport()) return;
        Interlocked.Increment(ref _misuses);
        // The status now reads DEVICE_NEEDS_RESET, and the driver is told by a configuration interrupt (2.1.2).
        Transport.ConfigurationChanged();
    }

    /// <summary>Judges the driver's choice, a subset of what is offered: false when bits miss others they need.</summary>
    public virtual bool AcceptsFeatures(ulong features) => true;

    /// <summary>Fills <paramref name="data"/> from the configuration space; bytes behind its end read as zero.</summary>
    public abstract void ReadConfiguration(int offset, Span<byte> data);

    /// <summary>Takes a write to the configuration space; fields that are read-only stay.</summary>
    public virtual void WriteConfiguration(int offset, ReadOnlySpan<byte> data) { }

    /// <summary>The driver is ready (DRIVER_OK).</summary>
    public virtual void Activate() { }

    /// <summary>Returns the device's own state to power-on. The queues are reset already.</summary>
    public virtual void Reset() { }

    /// <summary>The machine starts: open what <paramref name="threads"/> have to watch; queue i is served by thread i modulo their number.</summary>
    public virtual void Start(IReadOnlyList<IoThread> threads) { }

    /// <summary>The machine is gone.</summary>
    public virtual void Halt() { }

    /// <summary>Writes the device's own state, without queues.</summary>
    public virtual void Export(StateWriter writer) { }

    /// <summary>Replaces the device's own state; features and queues are in place.</summary>
    public virtual void Import(StateReader reader) { }

    /// <summary>Makes objects that need <see cref="Memory"/>.</summary>
    protected virtual void OnConnected() { }

    /// <summary>Takes and works on chains of a queue until it is empty or something must be waited for.</summary>
    protected abstract void Process(VirtQueue queue);

    /// <summary>Interrupts if the driver wants to hear of what was published. Called without locks.</summary>
    protected void Announce(VirtQueue queue)
    {
        if (queue.TakeInterrupt()) Transport.QueueUsed(queue);
    }
}
