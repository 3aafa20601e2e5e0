using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Piix4Pm;

/// <summary>
/// The power management register block: PM1 status, enable and control, timer, general purpose events (Intel 290562, section 7.2). Only registers; guarded by its
/// owner's lock. No general purpose event has a source here: their status stays zero.
/// </summary>
public sealed class PmRegisters(PmTimer timer)
{
    /// <summary>Bytes of the block.</summary>
    public const int Length = 0x40;

    /// <summary>Offset of general purpose status (2 bytes) and enable (2 bytes).</summary>
    public const int GeneralPurpose = 0x0c;

    ushort _status;
    ushort _enable;
    ushort _control;
    ushort _generalEnable;
    ulong _halfPeriods;

    /// <summary>The level that SCI should have.</summary>
    public bool Sci => PmRules.Sci(_status, _enable);

    /// <summary>The guest wants the timer's interrupt and has none pending.</summary>
    public bool AwaitsTimer => (_enable & ~_status & PmRules.TimerStatus) != 0;

    /// <summary>The guest listens to the power button.</summary>
    public bool IsPowerButtonEnabled => (_enable & PmRules.PowerButtonStatus) != 0;

    /// <summary>Notices what the timer did since the last call.</summary>
    public void FollowTimer()
    {
        if (timer.HalfPeriods is var now && now == _halfPeriods) return;
        _halfPeriods = now;
        _status |= PmRules.TimerStatus;
    }

    /// <summary>The button was pressed.</summary>
    public void PressPowerButton() => _status |= PmRules.PowerButtonStatus;

    /// <summary>Sets SCI_EN, as the SMI handler of a real board would.</summary>
    public void SetAcpiMode(bool enabled) => _control = (ushort)(enabled ? _control | PmRules.SciEnable : _control & ~PmRules.SciEnable);

    /// <summary>Reads any bytes of the block; the timer is sampled once.</summary>
    public void Read(int offset, Span<byte> data)
    {
        FollowTimer();
        var now = timer.Register;
        for (var i = 0; i < data.Length; i++) data[i] = (byte)(ReadDword((offset + i) & ~3, now) >> ((offset + i & 3) * 8));
    }

    /// <summary>Writes any bytes of the block; the result says whether the guest wants to sleep.</summary>
    public SleepRequest Write(int offset, ReadOnlySpan<byte> data)
    {
        FollowTimer();
        var request = SleepRequest.None;
        for (var i = 0; i < data.Length; i++)
        {
            if (WriteByte(offset + i, data[i]) is var wish and not SleepRequest.None) request = wish;
        }
        if (request == SleepRequest.WakeAtOnce) _status |= PmRules.WakeStatus;
        return request;
    }

    /// <summary>Everything zero.</summary>
    public void Reset()
    {
        _status = _enable = _control = _generalEnable = 0;
        _halfPeriods = timer.HalfPeriods;
    }

    /// <summary>Writes the registers; the timer writes itself.</summary>
    public void Export(StateWriter writer)
    {
        writer.Write(_status);
        writer.Write(_enable);
        writer.Write(_control);
        writer.Write(_generalEnable);
        writer.Write(_halfPeriods);
    }

    /// <summary>Replaces the registers.</summary>
    public void Import(StateReader reader)
    {
        _status = reader.ReadUInt16();
        _enable = reader.ReadUInt16();
        _control = reader.ReadUInt16();
        _generalEnable = reader.ReadUInt16();
        _halfPeriods = reader.ReadUInt64();
    }

    uint ReadDword(int offset, uint now) => offset switch
    {
        0x00 => _status | (uint)_enable << 16,
        0x04 => _control,
        0x08 => now,
        GeneralPurpose => (uint)_generalEnable << 16,
        _ => 0,
    };

    SleepRequest WriteByte(int offset, byte value)
    {
        var shift = (offset & 1) * 8;
        switch (offset & ~1)
        {
            case 0x00: _status &= (ushort)~(value << shift & PmRules.StatusBits); break;
            case 0x02: _enable = Merge(_enable, value, shift, PmRules.EnableBits); break;
            case 0x04:
                _control = Merge(_control, value, shift, PmRules.ControlBits);
                return PmRules.SleepOf((ushort)(_control | value << shift & PmRules.SleepEnable));
            case GeneralPurpose + 2: _generalEnable = Merge(_generalEnable, value, shift, 0xffff); break;
        }
        return SleepRequest.None;
    }

    static ushort Merge(ushort register, byte value, int shift, ushort writable) =>
        (ushort)(register & ~(0xff << shift) | value << shift & writable);
}
