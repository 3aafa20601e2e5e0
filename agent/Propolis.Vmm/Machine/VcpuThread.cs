using Propolis.Vmm.Bus;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Interop.Linux;

namespace Propolis.Vmm.Machine;

/// <summary>
/// The thread that runs one vCPU: enters the guest, answers its exits, enters again. It starts parked.
/// <code>
/// Parked --Resume--> Running --RequestPause--> (leaves the guest, finishes the instruction) --> Parked
///                    Running --triple fault, failure--> Parked, and the machine's control is told
/// any    --Stop--> Stopped
/// </code>
/// While it is parked the vCPU's state is consistent and belongs to the machine's driver.
/// </summary>
public sealed class VcpuThread : IDisposable
{
    enum Wish
    {
        Park,
        Run,
        Stop,
    }

    readonly IVcpu _vcpu;
    readonly IMachineControl _control;
    readonly TimeProvider _clock;
    readonly VcpuDispatcher _dispatcher;
    readonly Thread _thread;
    readonly object _gate = new(); // guards _isParked and _hasEnded; held only for a moment, never while calling out
    volatile Wish _wish = Wish.Park;
    int? _hostCpu;
    long _restTicks;
    bool _isParked;
    bool _hasEnded;

    /// <summary>Starts the thread, parked. The vCPU stays the caller's and must outlive it. The clock bounds waiting; null is the system's.</summary>
    public VcpuThread(IVcpu vcpu, AddressBus ports, AddressBus memory, IMachineControl control, TimeProvider? clock = null)
    {
        _vcpu = vcpu;
        _control = control;
        _clock = clock ?? TimeProvider.System;
        _dispatcher = new VcpuDispatcher(ports, memory, Counters);
        _thread = new Thread(Loop) { Name = $"vcpu-{vcpu.Id}", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Why the vCPU left the guest, how often.</summary>
    public VcpuCounters Counters { get; } = new();

    /// <summary>Parked, with consistent state: by request, or after a triple fault or a failure.</summary>
    public bool IsParked
    {
        get
        {
            lock (_gate) return _isParked;
        }
    }

    /// <summary>Binds the thread to one CPU of the host, from the next time it is let run.</summary>
    public void BindTo(int hostCpu) => _hostCpu = hostCpu;

    /// <summary>Asks the vCPU to leave the guest and park; returns at once. Follow with <see cref="WaitUntilParked"/>.</summary>
    public void RequestPause()
    {
        lock (_gate)
        {
            if (_wish != Wish.Run) return;
            _wish = Wish.Park;
            Monitor.PulseAll(_gate);
        }
        _vcpu.Kick();
    }

    /// <summary>Keeps a running vCPU out of the guest for a while, once: a guest that changes memory faster than it can be sent is slowed down. A pause ends it early.</summary>
    public void Rest(TimeSpan duration)
    {
        Interlocked.Exchange(ref _restTicks, duration.Ticks);
        _vcpu.Kick();
    }

    /// <summary>Waits until the vCPU is parked. False when it is not by then: a device does not return.</summary>
    public bool WaitUntilParked(TimeSpan limit) => WaitFor(limit, static thread => thread._isParked || thread._hasEnded);

    /// <summary>Lets a parked vCPU run; takes back a pause that was only requested.</summary>
    public void Resume()
    {
        lock (_gate)
        {
            if (_wish == Wish.Stop) return;
            _wish = Wish.Run;
            _isParked = false;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Ends the thread. False when it has not ended within <paramref name="limit"/>.</summary>
    public bool Stop(TimeSpan limit)
    {
        lock (_gate)
        {
            _wish = Wish.Stop;
            Monitor.PulseAll(_gate);
        }
        _vcpu.Kick();
        return WaitFor(limit, static thread => thread._hasEnded) && _thread.Join(limit);
    }

    /// <summary>Stops, waiting as long as it takes.</summary>
    public void Dispose() => Stop(Timeout.InfiniteTimeSpan);

    void Loop()
    {
        while (_wish != Wish.Stop)
        {
            if (_wish == Wish.Park) Park();
            else if (Interlocked.Exchange(ref _restTicks, 0) is var ticks and > 0) StayOut(TimeSpan.FromTicks(ticks));
            else RunUntilKicked();
        }
        lock (_gate)
        {
            _hasEnded = true;
            Monitor.PulseAll(_gate);
        }
    }

    // Only an Interrupted exit looks at the wish: every change of it is followed by a kick.
    void RunUntilKicked()
    {
        while (true)
        {
            var exit = _vcpu.Run();
            if (exit.Kind == VmExitKind.Interrupted)
            {
                _dispatcher.Dispatch(exit);
                _vcpu.ClearKick();
                return;
            }
            if (_dispatcher.Dispatch(exit)) continue;
            Surrender(exit.Kind, exit.Address);
            return;
        }
    }

    void Park()
    {
        // An instruction with several accesses (a REP, a store across two devices) goes on until it is finished or may be interrupted.
        while (!_vcpu.Quiesce())
        {
            var exit = _vcpu.Run();
            if (_dispatcher.Dispatch(exit)) continue;
            Surrender(exit.Kind, exit.Address);
            break;
        }
        lock (_gate)
        {
            while (_wish == Wish.Park)
            {
                // Again after every wake-up: a pause that follows a resume at once finds the thread still here.
                _isParked = true;
                Monitor.PulseAll(_gate);
                Monitor.Wait(_gate);
            }
            _isParked = false;
        }
        if (_hostCpu is { } cpu)
        {
            ThreadAffinity.Set(cpu);
            _hostCpu = null;
        }
        _vcpu.ClearKick();
    }

    void StayOut(TimeSpan duration)
    {
        var start = _clock.GetTimestamp();
        lock (_gate)
        {
            while (_wish == Wish.Run && duration - _clock.GetElapsedTime(start) is var left && left > TimeSpan.Zero) Monitor.Wait(_gate, left);
        }
    }

    void Surrender(VmExitKind kind, ulong code)
    {
        lock (_gate)
        {
            if (_wish == Wish.Run) _wish = Wish.Park;
        }
        if (kind == VmExitKind.TripleFault) _control.GuestReset($"triple fault of vCPU {_vcpu.Id}");
        else if (kind == VmExitKind.Suspended && code == VmExit.PowerOff) _control.GuestPowerOff($"hypervisor call of vCPU {_vcpu.Id}");
        else if (kind == VmExitKind.Suspended) _control.GuestReset($"hypervisor call of vCPU {_vcpu.Id}");
        else _control.GuestFailed(_vcpu.DescribeFailure());
    }

    bool WaitFor(TimeSpan limit, Func<VcpuThread, bool> condition)
    {
        var start = _clock.GetTimestamp();
        lock (_gate)
        {
            while (!condition(this))
            {
                var left = limit == Timeout.InfiniteTimeSpan ? limit : limit - _clock.GetElapsedTime(start);
                if (left <= TimeSpan.Zero && limit != Timeout.InfiniteTimeSpan) return false;
                Monitor.Wait(_gate, left);
            }
        }
        return true;
    }
}
