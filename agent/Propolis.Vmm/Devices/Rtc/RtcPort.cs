using Propolis.Vmm.Bus;
using Propolis.Vmm.Machine;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Rtc;

/// <summary>
/// Clock and CMOS at ports 0x70 (index, and the NMI mask in bit 7) and 0x71 (data), interrupt 8. A timer of the host's runs only while the guest has an interrupt enabled
/// that is not pending.
/// </summary>
public sealed class RtcPort : IBusDevice, ILifecycle, ISnapshot
{
    /// <summary>The index port; the data port follows.</summary>
    public const ushort IndexPort = 0x70;

    /// <summary>The interrupt.</summary>
    public const int Interrupt = 8;

    readonly Lock _gate = new();
    readonly TimeProvider _time;
    readonly Rtc146818 _chip;
    readonly IInterruptLine _line;
    readonly ITimer _timer;
    byte _index;
    bool _running;

    /// <summary>A clock that shows UTC plus <paramref name="offset"/> (for guests that expect local time).</summary>
    public RtcPort(InterruptInputs inputs, TimeProvider time, TimeSpan offset = default)
    {
        _time = time;
        _line = inputs.Connect(Interrupt);
        _chip = new Rtc146818(Now, offset.Ticks);
        _timer = time.CreateTimer(static self => ((RtcPort)self!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // Equipment: a coprocessor and a PS/2 mouse.
        _chip.Preset(0x14, 0x06);
    }

    /// <inheritdoc/>
    public string Kind => "rtc-146818";

    /// <inheritdoc/>
    public int Version => 1;

    /// <summary>True while the guest masks NMIs with bit 7 of the index port; kept for the guest, nothing here looks at it.</summary>
    public bool IsNmiMasked => (Volatile.Read(ref _index) & 0x80) != 0;

    long Now => _time.GetUtcNow().Ticks;

    /// <summary>Takes ports 0x70 and 0x71.</summary>
    public void Attach(AddressBus ports) => ports.Register(IndexPort, 2, this);

    /// <summary>Leaves the machine's memory size and processors in CMOS for its firmware.</summary>
    public void SetMemorySize(ulong below4GiB, ulong above4GiB, int processors)
    {
        lock (_gate) CmosMemorySize.Describe(below4GiB, above4GiB, processors, _chip.Preset);
    }

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data)
    {
        lock (_gate)
        {
            // The index port cannot be read: it keeps the all-ones of an empty bus.
            for (var i = 0; i < data.Length; i++)
            {
                if ((int)offset + i == 1) data[i] = _chip.Read(_index & 0x7f, Now);
            }
            // Reading C lowers the line; an interrupt that follows at once must still make an edge.
            if ((_index & 0x7f) == RtcRules.C) _line.Deassert();
            Update();
        }
    }

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            for (var i = 0; i < data.Length; i++)
            {
                if ((int)offset + i == 0) _index = data[i];
                else _chip.Write(_index & 0x7f, data[i], Now);
            }
            Update();
        }
    }

    /// <inheritdoc/>
    public void Start() => Resume();

    /// <inheritdoc/>
    public Task PauseAsync()
    {
        lock (_gate)
        {
            _running = false;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Resume()
    {
        lock (_gate)
        {
            _running = true;
            _chip.ForgetOwed(Now);
            Update();
        }
    }

    /// <inheritdoc/>
    public void Reset()
    {
        lock (_gate)
        {
            _chip.Reset();
            _index = 0;
            Update();
        }
    }

    /// <inheritdoc/>
    public void Halt() => _timer.Dispose();

    /// <inheritdoc/>
    public void Export(StateWriter writer)
    {
        lock (_gate)
        {
            writer.Write(_index);
            _chip.Export(writer);
        }
    }

    /// <inheritdoc/>
    public void Import(StateReader reader)
    {
        lock (_gate)
        {
            _index = reader.ReadByte();
            _chip.Import(reader);
            Update();
        }
    }

    void OnTimer()
    {
        lock (_gate)
        {
            if (!_running) return;
            _chip.Advance(Now);
            Update();
        }
    }

    /// <summary>Drives the line and arms the timer; under the lock, so that the line never shows an older state than the registers.</summary>
    void Update()
    {
        if (_chip.Interrupt) _line.Assert();
        else _line.Deassert();
        if (!_running || _chip.UntilInterrupt(Now) is not { } ticks) return;
        // Host timers count milliseconds: rounding up keeps them from firing early and again.
        var milliseconds = (ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }
}
