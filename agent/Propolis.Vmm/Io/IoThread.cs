using System.Runtime.InteropServices;
using Propolis.Vmm.Interop.Linux;

namespace Propolis.Vmm.Io;

/// <summary>
/// A thread that waits for doorbells and host descriptors and runs their callbacks one at a time: the place where devices do what a vCPU thread must
/// not wait for. Callbacks may not block for long. An exception from a callback is a programmer error and ends the process.
/// </summary>
public sealed unsafe class IoThread : IDisposable
{
    const int MaxEventsPerWait = 16;

    readonly DescriptorHandle _epoll;
    readonly Dictionary<ulong, (int Descriptor, Action<uint> OnReady)> _watched = [];
    readonly Lock _gate = new();
    readonly Lock _callback = new();
    readonly Thread _thread;
    readonly IoEvent _stop;
    ulong _nextKey;
    volatile bool _stopping;

    /// <summary>Starts a thread with the given name.</summary>
    public IoThread(string name)
    {
        _epoll = new DescriptorHandle(LinuxLibrary.EpollCreate(LinuxLibrary.EpollCloseOnExec));
        if (_epoll.IsInvalid) throw new IOException($"epoll_create1 failed: errno {Marshal.GetLastPInvokeError()}.");
        _stop = AddEvent(() => { });
        _thread = new Thread(Loop) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Creates an event whose callback runs on this thread.</summary>
    public IoEvent AddEvent(Action onSignal)
    {
        var descriptor = new DescriptorHandle(LinuxLibrary.EventFd(0, LinuxLibrary.EventFdCloseOnExec | LinuxLibrary.EventFdNonBlocking));
        if (descriptor.IsInvalid) throw new IOException($"eventfd failed: errno {Marshal.GetLastPInvokeError()}.");
        var added = new IoEvent(this, descriptor, onSignal);
        Watch(descriptor.Value, LinuxLibrary.EpollIn, _ =>
        {
            added.Drain();
            added.OnSignal();
        });
        return added;
    }

    /// <summary>
    /// Watches a host descriptor for readiness (level-triggered; bits as epoll's: 1 readable, 4 writable, 8 error, 16 hang-up). The descriptor stays the caller's
    /// and must outlive the watch, which ends with <see cref="Unwatch"/>.
    /// </summary>
    public void Watch(int descriptor, uint events, Action<uint> onReady)
    {
        lock (_gate)
        {
            var key = ++_nextKey;
            _watched.Add(key, (descriptor, onReady));
            Control(LinuxLibrary.EpollCtlAdd, descriptor, events, key);
        }
    }

    /// <summary>Changes which events a watched descriptor waits for.</summary>
    public void Rewatch(int descriptor, uint events)
    {
        lock (_gate)
        {
            foreach (var (key, entry) in _watched)
            {
                if (entry.Descriptor == descriptor) Control(LinuxLibrary.EpollCtlMod, descriptor, events, key);
            }
        }
    }

    /// <summary>Ends a watch. When it returns on another thread the callback is not running any more.</summary>
    public void Unwatch(int descriptor)
    {
        lock (_gate)
        {
            foreach (var (key, entry) in _watched)
            {
                if (entry.Descriptor != descriptor) continue;
                _watched.Remove(key);
                Control(LinuxLibrary.EpollCtlDel, descriptor, 0, key);
                break;
            }
        }
        // Waits for a callback under way; re-entered freely when it is the callback that calls.
        _callback.Enter();
        _callback.Exit();
    }

    /// <summary>Stops the thread after the callback under way.</summary>
    public void Dispose()
    {
        if (_stopping) return;
        _stopping = true;
        _stop.Signal();
        if (Thread.CurrentThread != _thread) _thread.Join();
        _stop.Dispose();
        _epoll.Dispose();
    }

    internal void Remove(IoEvent removed) => Unwatch(removed.DescriptorValue);

    void Loop()
    {
        // SAFETY: the buffer lives on this thread's stack for the thread's whole life.
        var events = stackalloc EpollEvent[MaxEventsPerWait];
        while (!_stopping)
        {
            var count = LinuxLibrary.EpollWait(_epoll.Value, events, MaxEventsPerWait, -1);
            if (count < 0 && Marshal.GetLastPInvokeError() != LinuxLibrary.Eintr)
                Environment.FailFast($"epoll_wait failed: errno {Marshal.GetLastPInvokeError()}.");
            for (var i = 0; i < count && !_stopping; i++) Dispatch(events[i].Data, events[i].Events);
        }
    }

    void Dispatch(ulong key, uint ready)
    {
        lock (_callback)
        {
            Action<uint> onReady;
            lock (_gate)
            {
                // Removed between the wait and now: its key is never used again, so a late event finds nothing.
                if (!_watched.TryGetValue(key, out var entry)) return;
                onReady = entry.OnReady;
            }
            onReady(ready);
        }
    }

    void Control(int operation, int descriptor, uint events, ulong key)
    {
        var change = new EpollEvent { Events = events, Data = key };
        // SAFETY: the kernel copies the local before the call returns.
        if (LinuxLibrary.EpollControl(_epoll.Value, operation, descriptor, &change) != 0)
            throw new IOException($"epoll_ctl failed: errno {Marshal.GetLastPInvokeError()}.");
    }
}
