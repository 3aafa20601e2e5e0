using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Piix4Pm;

/// <summary>
/// The ACPI power management timer (ACPI 6.4, section 4.8.3.3): counts at 3.579545 MHz while it runs. Made stopped; it does not see the time in which its machine is
/// paused. Guarded by its owner's lock.
/// </summary>
public sealed class PmTimer
{
    /// <summary>Counts per second.</summary>
    public const long Frequency = 3_579_545;

    readonly TimeProvider _time;
    ulong _base;
    long _since;
    bool _running;

    /// <summary>A timer of 24 or 32 bits.</summary>
    public PmTimer(TimeProvider time, int bits)
    {
        if (bits is not (24 or 32)) throw new ArgumentOutOfRangeException(nameof(bits), bits, "The timer has 24 or 32 bits.");
        _time = time;
        Bits = bits;
    }

    /// <summary>Width of the register.</summary>
    public int Bits { get; }

    /// <summary>Counts since power-on, not cut to the register's width.</summary>
    public ulong Count => _running ? _base + CountsIn(_time.GetTimestamp() - _since) : _base;

    /// <summary>The register.</summary>
    public uint Register => (uint)(Count & ((1UL << Bits) - 1));

    /// <summary>How often the register's highest bit has changed: each change sets TMR_STS.</summary>
    public ulong HalfPeriods => Count >> (Bits - 1);

    /// <summary>Time after which the highest bit has changed next; a millisecond more than exact, because host timers fire early by less.</summary>
    public TimeSpan UntilNextHalfPeriod
    {
        get
        {
            var half = 1UL << (Bits - 1);
            return TimeSpan.FromSeconds((double)(half - (Count & (half - 1))) / Frequency) + TimeSpan.FromMilliseconds(1);
        }
    }

    /// <summary>Counts on; nothing when it runs.</summary>
    public void Run()
    {
        if (_running) return;
        _since = _time.GetTimestamp();
        _running = true;
    }

    /// <summary>Stops where it is; nothing when it stands.</summary>
    public void Stop()
    {
        _base = Count;
        _running = false;
    }

    /// <summary>Counts from zero.</summary>
    public void Reset()
    {
        _base = 0;
        _since = _time.GetTimestamp();
    }

    /// <summary>Writes the count.</summary>
    public void Export(StateWriter writer) => writer.Write(Count);

    /// <summary>Replaces the count.</summary>
    public void Import(StateReader reader)
    {
        _base = reader.ReadUInt64();
        _since = _time.GetTimestamp();
    }

    // Whole seconds apart: the product of a long run's timestamps and the frequency does not fit 64 bits.
    ulong CountsIn(long timestamps)
    {
        var (seconds, rest) = Math.DivRem(Math.Max(0, timestamps), _time.TimestampFrequency);
        return (ulong)(seconds * Frequency + rest * Frequency / _time.TimestampFrequency);
    }
}
