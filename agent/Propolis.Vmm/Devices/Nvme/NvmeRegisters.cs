using Propolis.Vmm.Devices.Nvme.Wire;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>
/// The controller's registers below the doorbells (NVMe 1.4, section 3.1). vCPU threads read and write them; the I/O thread moves the state on:
/// <code>
///   disabled --EN=1--> [I/O thread checks queues] --> ready --SHN--> [drain, flush] --> shut down
///       ^                       | bad                   |
///       |                       v                       | EN=0 or NSSR
///       +---[drain]--EN=0--- fatal                      v
///       +------------------[drain]------------------ resetting
/// </code>
/// A reset waits for requests in flight while CSTS.RDY stays 1, so that nothing of ours reaches memory that the guest uses anew; the vCPU goes on polling.
/// </summary>
sealed class NvmeRegisters
{
    const uint StatusReady = 1;
    const uint StatusFatal = 2;
    const uint ShutdownBusy = 1 << 2;
    const uint ShutdownComplete = 2 << 2;
    const uint ShutdownMask = 3 << 2;
    const uint StatusSubsystemReset = 1 << 4;
    const uint EnableBit = 1;
    const uint WritableConfiguration = 0x00ff_fff1;
    const uint WritableQueueAttributes = 0x0fff_0fff;
    const uint SubsystemResetMagic = 0x4e56_4d65;

    readonly Lock _gate = new();
    uint _configuration;
    uint _status;
    uint _interruptMask;
    uint _queueAttributes;
    ulong _submissionQueue;
    ulong _completionQueue;
    bool _isResetPending;

    /// <summary>CC as written last.</summary>
    public ControllerConfiguration Configuration => new(Volatile.Read(ref _configuration));

    /// <summary>INTMS and INTMC: one bit per vector.</summary>
    public uint InterruptMask => Volatile.Read(ref _interruptMask);

    /// <summary>The guest asked for a reset that is not complete.</summary>
    public bool IsResetPending => Volatile.Read(ref _isResetPending);

    /// <summary>Entries of the admin submission queue.</summary>
    public uint AdminSubmissionSize => (Volatile.Read(ref _queueAttributes) & 0xfff) + 1;

    /// <summary>Entries of the admin completion queue.</summary>
    public uint AdminCompletionSize => (Volatile.Read(ref _queueAttributes) >> 16 & 0xfff) + 1;

    /// <summary>ASQ.</summary>
    public ulong AdminSubmissionQueue => Volatile.Read(ref _submissionQueue);

    /// <summary>ACQ.</summary>
    public ulong AdminCompletionQueue => Volatile.Read(ref _completionQueue);

    /// <summary>Commands may be fetched: ready, not failed, not being reset or shut down.</summary>
    public bool IsRunning
    {
        get { lock (_gate) return _status == (_status & StatusSubsystemReset | StatusReady) && !_isResetPending && Configuration is { IsEnabled: true, ShutdownNotification: 0 }; }
    }

    /// <summary>The guest has set EN and the controller is neither ready nor failed yet.</summary>
    public bool IsEnableDue
    {
        get { lock (_gate) return Configuration.IsEnabled && !_isResetPending && (_status & (StatusReady | StatusFatal)) == 0; }
    }

    /// <summary>The guest has announced a shutdown that has not begun.</summary>
    public bool IsShutdownDue
    {
        get { lock (_gate) return Configuration.ShutdownNotification != 0 && !_isResetPending && (_status & ShutdownMask) == 0; }
    }

    /// <summary>A dword of the registers; reserved ones read zero. <paramref name="offset"/> is a multiple of 4.</summary>
    public uint Read(int offset)
    {
        lock (_gate)
        {
            return offset switch
            {
                RegisterOffset.Capabilities => (uint)(NvmeRules.Capabilities & uint.MaxValue),
                RegisterOffset.CapabilitiesHigh => (uint)(NvmeRules.Capabilities >> 32),
                RegisterOffset.Version => NvmeRules.Version,
                RegisterOffset.InterruptMaskSet or RegisterOffset.InterruptMaskClear => _interruptMask,
                RegisterOffset.Configuration => _configuration,
                RegisterOffset.Status => _status,
                RegisterOffset.AdminQueueAttributes => _queueAttributes,
                RegisterOffset.AdminSubmissionQueue => (uint)_submissionQueue,
                RegisterOffset.AdminSubmissionQueueHigh => (uint)(_submissionQueue >> 32),
                RegisterOffset.AdminCompletionQueue => (uint)_completionQueue,
                RegisterOffset.AdminCompletionQueueHigh => (uint)(_completionQueue >> 32),
                _ => 0,
            };
        }
    }

    /// <summary>Writes a dword; read-only and reserved ones ignore it.</summary>
    public RegisterEffect Write(int offset, uint value)
    {
        lock (_gate)
        {
            switch (offset)
            {
                case RegisterOffset.InterruptMaskSet:
                    _interruptMask |= value;
                    return RegisterEffect.InterruptMask;
                case RegisterOffset.InterruptMaskClear:
                    _interruptMask &= ~value;
                    return RegisterEffect.InterruptMask;
                case RegisterOffset.Configuration:
                    return WriteConfiguration(value & WritableConfiguration);
                case RegisterOffset.Status:
                    _status &= ~(value & StatusSubsystemReset);
                    return RegisterEffect.None;
                case RegisterOffset.SubsystemReset:
                    return value == SubsystemResetMagic ? ResetSubsystem() : RegisterEffect.None;
                default:
                    // Fixed while the controller runs on them; they stay readable then.
                    if (!Configuration.IsEnabled) WriteAdminQueue(offset, value);
                    return RegisterEffect.None;
            }
        }
    }

    /// <summary>The queues are in place.</summary>
    public void CompleteEnable()
    {
        lock (_gate) _status |= StatusReady;
    }

    /// <summary>CSTS.CFS: the controller cannot go on until the guest resets it.</summary>
    public void Fail()
    {
        lock (_gate) _status |= StatusFatal;
    }

    /// <summary>Nothing is in flight any more and the queues are gone.</summary>
    public void CompleteReset()
    {
        lock (_gate)
        {
            _isResetPending = false;
            _status &= StatusSubsystemReset;
            _interruptMask = 0;
        }
    }

    /// <summary>Requests are drained and flushed from now on.</summary>
    public void BeginShutdown()
    {
        lock (_gate) _status |= ShutdownBusy;
    }

    /// <summary>Everything is durable. A reset in between has made the shutdown void.</summary>
    public void CompleteShutdown()
    {
        lock (_gate)
        {
            if ((_status & ShutdownMask) == ShutdownBusy) _status = _status & ~ShutdownMask | ShutdownComplete;
        }
    }

    /// <summary>Back to power-on.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _configuration = _status = _interruptMask = _queueAttributes = 0;
            _submissionQueue = _completionQueue = 0;
            _isResetPending = false;
        }
    }

    /// <summary>Writes the registers.</summary>
    public void Export(StateWriter writer)
    {
        lock (_gate)
        {
            writer.Write(_configuration);
            writer.Write(_status);
            writer.Write(_interruptMask);
            writer.Write(_queueAttributes);
            writer.Write(_submissionQueue);
            writer.Write(_completionQueue);
            writer.Write(_isResetPending);
        }
    }

    /// <summary>Replaces the registers.</summary>
    public void Import(StateReader reader)
    {
        lock (_gate)
        {
            _configuration = reader.ReadUInt32() & WritableConfiguration;
            _status = reader.ReadUInt32() & (StatusReady | StatusFatal | ShutdownMask | StatusSubsystemReset);
            _interruptMask = reader.ReadUInt32();
            _queueAttributes = reader.ReadUInt32() & WritableQueueAttributes;
            _submissionQueue = reader.ReadUInt64() & ~4095UL;
            _completionQueue = reader.ReadUInt64() & ~4095UL;
            _isResetPending = reader.ReadBoolean();
        }
    }

    RegisterEffect WriteConfiguration(uint value)
    {
        // EN going away is a reset, even when it comes back before the I/O thread has looked.
        if ((_configuration & ~value & EnableBit) != 0) _isResetPending = true;
        Volatile.Write(ref _configuration, value);
        return RegisterEffect.Service;
    }

    RegisterEffect ResetSubsystem()
    {
        _isResetPending = true;
        _status |= StatusSubsystemReset;
        _configuration = _queueAttributes = 0;
        _submissionQueue = _completionQueue = 0;
        return RegisterEffect.Service;
    }

    void WriteAdminQueue(int offset, uint value)
    {
        switch (offset)
        {
            case RegisterOffset.AdminQueueAttributes: _queueAttributes = value & WritableQueueAttributes; break;
            case RegisterOffset.AdminSubmissionQueue: _submissionQueue = WithLow(_submissionQueue, value & ~4095u); break;
            case RegisterOffset.AdminSubmissionQueueHigh: _submissionQueue = WithHigh(_submissionQueue, value); break;
            case RegisterOffset.AdminCompletionQueue: _completionQueue = WithLow(_completionQueue, value & ~4095u); break;
            case RegisterOffset.AdminCompletionQueueHigh: _completionQueue = WithHigh(_completionQueue, value); break;
        }
    }

    static ulong WithLow(ulong value, uint low) => value & ~0xffff_ffffUL | low;

    static ulong WithHigh(ulong value, uint high) => value & 0xffff_ffffUL | (ulong)high << 32;
}
