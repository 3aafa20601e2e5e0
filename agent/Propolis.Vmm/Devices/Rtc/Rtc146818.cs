using Propolis.Vmm.State;
using static Propolis.Vmm.Devices.Rtc.RtcRules;

namespace Propolis.Vmm.Devices.Rtc;

/// <summary>
/// The MC146818 clock and its 128 bytes of battery-backed RAM: registers only. Every member takes the host's time in ticks of 100 ns since year 1 (UTC); the clock shows
/// that plus an offset which moves when the guest sets it. So the clock is right again after a pause or a restore. Guarded by its owner's lock.
/// </summary>
public sealed class Rtc146818
{
    /// <summary>Bytes of RAM, the registers included.</summary>
    public const int Size = 128;

    readonly byte[] _registers = new byte[Size];
    long _offset;
    long _seen;
    long _owed;

    /// <summary>A clock that shows <paramref name="now"/> plus <paramref name="offset"/> ticks: 24 hours, BCD, 1024 Hz, nothing enabled.</summary>
    public Rtc146818(long now, long offset)
    {
        _offset = offset;
        _seen = Clock(now);
        _registers[A] = 0x26;
        _registers[B] = Hours24;
    }

    /// <summary>The level of the interrupt line.</summary>
    public bool Interrupt => (_registers[B] & _registers[C] & Events) != 0;

    bool IsHeld => (_registers[B] & Set) != 0 || !IsCounting(_registers[A]);

    /// <summary>Reads a register, 0 to 127.</summary>
    public byte Read(int register, long now)
    {
        Advance(now);
        switch (register)
        {
            case A: return (byte)(_registers[A] | (IsUpdating(now) ? UpdateInProgress : 0));
            case C: return TakeFlags();
            case D: return Valid;
            default:
                if (IsTime(register) && !IsHeld) Store(Time(now), _registers);
                return _registers[register];
        }
    }

    /// <summary>Writes a register, 0 to 127; C and D stay.</summary>
    public void Write(int register, byte value, long now)
    {
        Advance(now);
        switch (register)
        {
            case A: WriteA(value, now); break;
            case B: WriteB(value, now); break;
            case C or D: break;
            default:
                var runs = IsTime(register) && !IsHeld;
                if (runs) Store(Time(now), _registers);
                _registers[register] = value;
                if (runs) SetClock(now, Phase(now));
                break;
        }
    }

    /// <summary>Flags what has happened since the last call.</summary>
    public void Advance(long now)
    {
        var (from, to) = (_seen, Clock(now));
        _seen = to;
        // The host's clock was set back: nothing has happened.
        if (to <= from) return;
        if (IsCounting(_registers[A]) && PeriodShift(_registers[A]) is var shift && shift != 0)
            FlagPeriods((CyclesAt(to) >> shift) - (CyclesAt(from) >> shift), 32768 >> shift);
        if (IsHeld || to / TimeSpan.TicksPerSecond == from / TimeSpan.TicksPerSecond) return;
        _registers[C] |= UpdateEnded;
        if (NextAlarm(from, _registers) <= to) _registers[C] |= Alarm;
    }

    /// <summary>Ticks from <paramref name="now"/> until the line may rise, null when it is up or nothing will raise it. Call after <see cref="Advance"/>.</summary>
    public long? UntilInterrupt(long now)
    {
        if (Interrupt) return null;
        var clock = Clock(now);
        var next = long.MaxValue;
        var enabled = _registers[B];
        if ((enabled & Periodic) != 0 && IsCounting(_registers[A]) && PeriodShift(_registers[A]) is var shift && shift != 0)
            next = TicksAt(((CyclesAt(clock) >> shift) + 1) << shift);
        if ((enabled & UpdateEnded) != 0 && !IsHeld)
            next = Math.Min(next, (clock / TimeSpan.TicksPerSecond + 1) * TimeSpan.TicksPerSecond);
        if ((enabled & Alarm) != 0 && !IsHeld && NextAlarm(clock, _registers) is { } alarm)
            next = Math.Min(next, alarm);
        return next == long.MaxValue ? null : next - clock;
    }

    /// <summary>Forgets periodic interrupts that could not be delivered: after a pause.</summary>
    public void ForgetOwed(long now)
    {
        Advance(now);
        _owed = 0;
    }

    /// <summary>The reset pin: interrupts off, flags clear; time and RAM stay.</summary>
    public void Reset()
    {
        _registers[B] &= unchecked((byte)~(Events | SquareWave));
        _registers[C] = 0;
        _owed = 0;
    }

    /// <summary>Sets a byte of RAM as the board's maker would; not one of the registers 0 to 13.</summary>
    public void Preset(int register, byte value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(register, D);
        _registers[register] = value;
    }

    /// <summary>Writes RAM, registers and offset.</summary>
    public void Export(StateWriter writer)
    {
        writer.Write((ReadOnlySpan<byte>)_registers);
        writer.Write(_offset);
        writer.Write(_seen);
        writer.Write(_owed);
    }

    /// <summary>Replaces RAM, registers and offset; events between export and now are flagged by the next <see cref="Advance"/>.</summary>
    public void Import(StateReader reader)
    {
        reader.ReadBytes(_registers);
        _offset = reader.ReadInt64();
        _seen = reader.ReadInt64();
        _owed = reader.ReadInt64();
        if (Math.Abs((double)_offset) > DateTime.MaxValue.Ticks || _seen < 0 || _seen > DateTime.MaxValue.Ticks || _owed is < 0 or > 32768)
            throw new StateFormatException($"{reader.Owner}: the clock's times lie outside years 1 to 9999.");
    }

    static bool IsTime(int register) => register is Seconds or 2 or 4 or RtcRules.DayOfWeek or DayOfMonth or Month or Year or Century;

    long Clock(long now) => Math.Clamp(now + _offset, 0, DateTime.MaxValue.Ticks);

    DateTime Time(long now) => new(Clock(now), DateTimeKind.Utc);

    long Phase(long now) => Clock(now) % TimeSpan.TicksPerSecond;

    bool IsUpdating(long now) => !IsHeld && Phase(now) >= TimeSpan.TicksPerSecond - UpdateWarning;

    byte TakeFlags()
    {
        var flags = (byte)(_registers[C] | (Interrupt ? InterruptRequest : 0));
        _registers[C] = 0;
        // The guest has taken one period; the next one that passed meanwhile follows at once.
        if (_owed > 0 && (_registers[B] & Periodic) != 0)
        {
            _owed--;
            _registers[C] = Periodic;
        }
        return flags;
    }

    void FlagPeriods(long passed, long mostOwed)
    {
        if (passed == 0) return;
        if ((_registers[B] & Periodic) == 0) _owed = 0;
        else _owed = Math.Min(_owed + passed - ((_registers[C] & Periodic) == 0 ? 1 : 0), mostOwed);
        _registers[C] |= Periodic;
    }

    void WriteA(byte value, long now)
    {
        var counted = IsCounting(_registers[A]);
        var held = IsHeld;
        var counts = IsCounting(value);
        if (!held && !counts) Store(Time(now), _registers);
        _registers[A] = (byte)(value & ~UpdateInProgress);
        // The divider starts from reset: the first update comes half a second later.
        if (counts && !counted) SetClock(now, TimeSpan.TicksPerSecond / 2);
    }

    void WriteB(byte value, long now)
    {
        var held = IsHeld;
        var sets = (value & Set) != 0;
        if (sets && !held) Store(Time(now), _registers);
        if (sets) value &= unchecked((byte)~UpdateEnded);
        if ((value & Periodic) == 0) _owed = 0;
        // The time is read back in the format in which it was written.
        _registers[B] = value;
        if (held && !IsHeld) SetClock(now, Phase(now));
    }

    void SetClock(long now, long phase)
    {
        _offset = Load(_registers).Ticks + phase - now;
        _seen = Clock(now);
    }
}
