using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Io;
using Propolis.Vmm.Pci;

namespace Propolis.Vmm.Devices.Virtio.Transport;

/// <summary>
/// One event per queue that has it served on its I/O thread, signalled by the kernel where a doorbell could be bound there, otherwise by the exit of the
/// guest's write.
/// </summary>
sealed class Doorbells : IDisposable
{
    readonly IoEvent[] _events;
    readonly IDisposable?[] _modern;
    readonly IDisposable?[] _legacy;
    readonly Lock _gate = new();

    /// <summary>Doorbells of a device; queue i is served by thread i modulo their number.</summary>
    public Doorbells(VirtioDevice device, IReadOnlyList<IoThread> threads)
    {
        var count = device.Queues.Length;
        _events = new IoEvent[count];
        _modern = new IDisposable?[count];
        _legacy = new IDisposable?[count];
        for (var i = 0; i < count; i++)
        {
            var queue = device.Queues[i];
            _events[i] = threads[i % threads.Count].AddEvent(() => device.Service(queue));
        }
    }

    /// <summary>Has a queue served soon; a number that is none is ignored.</summary>
    public void Ring(int queue)
    {
        if ((uint)queue < (uint)_events.Length) _events[queue].Signal();
    }

    /// <summary>Binds the modern doorbells, one every <paramref name="stride"/> bytes from <paramref name="first"/>; null unbinds.</summary>
    public void BindModern(DoorbellBinder? binder, ulong? first, ulong stride)
    {
        lock (_gate)
        {
            Unbind(_modern);
            if (binder is null || first is not { } start) return;
            for (var i = 0; i < _events.Length; i++)
            {
                var address = start + (ulong)i * stride;
                // A binding of any width is the fastest in the kernel; drivers write two bytes where only a fixed width can be had.
                if (!binder(new DoorbellAddress(false, address, 0, null), _events[i].Descriptor, out _modern[i]))
                    binder(new DoorbellAddress(false, address, 2, null), _events[i].Descriptor, out _modern[i]);
            }
        }
    }

    /// <summary>Binds the legacy doorbell port, which takes the queue's number; null unbinds.</summary>
    public void BindLegacy(DoorbellBinder? binder, ulong? port)
    {
        lock (_gate)
        {
            Unbind(_legacy);
            if (binder is null || port is not { } at) return;
            for (var i = 0; i < _events.Length; i++) binder(new DoorbellAddress(true, at, 2, (ulong)i), _events[i].Descriptor, out _legacy[i]);
        }
    }

    /// <summary>Unbinds everything, then ends the events.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            Unbind(_modern);
            Unbind(_legacy);
        }
        foreach (var ring in _events) ring.Dispose();
    }

    static void Unbind(IDisposable?[] bindings)
    {
        for (var i = 0; i < bindings.Length; i++)
        {
            bindings[i]?.Dispose();
            bindings[i] = null;
        }
    }
}
