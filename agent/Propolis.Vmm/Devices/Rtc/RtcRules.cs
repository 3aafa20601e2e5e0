namespace Propolis.Vmm.Devices.Rtc;

/// <summary>The MC146818's registers as the data sheet numbers them (Motorola MC146818A, "Registers"), and the arithmetic of its calendar.</summary>
public static class RtcRules
{
    /// <summary>Seconds; alarm seconds follow at 1, minutes at 2, alarm minutes at 3, hours at 4, alarm hours at 5.</summary>
    public const int Seconds = 0x00;

    /// <summary>Day of the week, 1 is Sunday.</summary>
    public const int DayOfWeek = 0x06;

    /// <summary>Day of the month.</summary>
    public const int DayOfMonth = 0x07;

    /// <summary>Month.</summary>
    public const int Month = 0x08;

    /// <summary>Year of the century.</summary>
    public const int Year = 0x09;

    /// <summary>Register A: update in progress, divider, periodic rate.</summary>
    public const int A = 0x0a;

    /// <summary>Register B: set, interrupt enables, format.</summary>
    public const int B = 0x0b;

    /// <summary>Register C: interrupt flags, cleared by reading.</summary>
    public const int C = 0x0c;

    /// <summary>Register D: valid RAM and time.</summary>
    public const int D = 0x0d;

    /// <summary>The century, a byte of RAM by PC convention (ACPI FADT field CENTURY).</summary>
    public const int Century = 0x32;

    /// <summary>A: time is being updated.</summary>
    public const byte UpdateInProgress = 0x80;

    /// <summary>B: the guest sets the time, updates wait.</summary>
    public const byte Set = 0x80;

    /// <summary>B: interrupt enables, and C: flags, of the periodic event.</summary>
    public const byte Periodic = 0x40;

    /// <summary>B and C: alarm.</summary>
    public const byte Alarm = 0x20;

    /// <summary>B and C: update ended.</summary>
    public const byte UpdateEnded = 0x10;

    /// <summary>The three events.</summary>
    public const byte Events = Periodic | Alarm | UpdateEnded;

    /// <summary>B: square wave, which leads nowhere.</summary>
    public const byte SquareWave = 0x08;

    /// <summary>B: binary numbers, not BCD.</summary>
    public const byte Binary = 0x04;

    /// <summary>B: hours 0 to 23, not 1 to 12 with bit 7 for PM.</summary>
    public const byte Hours24 = 0x02;

    /// <summary>C: an enabled event is flagged; the interrupt line.</summary>
    public const byte InterruptRequest = 0x80;

    /// <summary>D: always, the battery never dies.</summary>
    public const byte Valid = 0x80;

    /// <summary>How long before an update UIP says so: 244 microseconds, in ticks of 100 ns.</summary>
    public const long UpdateWarning = 2440;

    /// <summary>True when the divider counts (A bits 4 to 6 choose the 32,768 Hz crystal); other settings hold the clock.</summary>
    public static bool IsCounting(byte a) => (a & 0x70) == 0x20;

    /// <summary>Periods of the periodic event as a shift of 32,768 Hz cycles; 0 when it is off.</summary>
    public static int PeriodShift(byte a) => (a & 0x0f) switch
    {
        0 => 0,
        // Rates 1 and 2 repeat 8 and 9 with a 32,768 Hz crystal: 256 and 128 Hz.
        1 => 7,
        2 => 8,
        var rate => rate - 1,
    };

    /// <summary>32,768 Hz cycles since the calendar's beginning, at a time in ticks of 100 ns.</summary>
    public static long CyclesAt(long ticks)
    {
        var (seconds, rest) = Math.DivRem(ticks, TimeSpan.TicksPerSecond);
        return seconds * 32768 + rest * 32768 / TimeSpan.TicksPerSecond;
    }

    /// <summary>The first tick at which <see cref="CyclesAt"/> gives <paramref name="cycles"/>.</summary>
    public static long TicksAt(long cycles)
    {
        var (seconds, rest) = Math.DivRem(cycles, 32768);
        return seconds * TimeSpan.TicksPerSecond + (rest * TimeSpan.TicksPerSecond + 32767) / 32768;
    }

    /// <summary>A number as the format bit has it.</summary>
    public static byte Encode(int value, byte b) => (byte)((b & Binary) != 0 ? value : value / 10 << 4 | value % 10);

    /// <summary>The number in a register; nonsense in BCD gives a number too.</summary>
    public static int Decode(byte value, byte b) => (b & Binary) != 0 ? value : (value >> 4) * 10 + (value & 0x0f);

    /// <summary>An hour as the two format bits have it.</summary>
    public static byte EncodeHour(int hour, byte b)
    {
        if ((b & Hours24) != 0) return Encode(hour, b);
        var twelve = Encode(hour % 12 == 0 ? 12 : hour % 12, b);
        return (byte)(hour >= 12 ? twelve | 0x80 : twelve);
    }

    /// <summary>The hour in a register.</summary>
    public static int DecodeHour(byte value, byte b) =>
        (b & Hours24) != 0 ? Decode(value, b) : Decode((byte)(value & 0x7f), b) % 12 + ((value & 0x80) != 0 ? 12 : 0);

    /// <summary>Writes a time into the clock registers of <paramref name="registers"/>.</summary>
    public static void Store(DateTime time, Span<byte> registers)
    {
        var b = registers[B];
        registers[Seconds] = Encode(time.Second, b);
        registers[Seconds + 2] = Encode(time.Minute, b);
        registers[Seconds + 4] = EncodeHour(time.Hour, b);
        registers[DayOfWeek] = Encode((int)time.DayOfWeek + 1, b);
        registers[DayOfMonth] = Encode(time.Day, b);
        registers[Month] = Encode(time.Month, b);
        registers[Year] = Encode(time.Year % 100, b);
        registers[Century] = Encode(time.Year / 100, b);
    }

    /// <summary>The time in the clock registers, whole seconds. What no calendar has is moved to the nearest that one has.</summary>
    public static DateTime Load(ReadOnlySpan<byte> registers)
    {
        var b = registers[B];
        var year = Math.Clamp(Decode(registers[Century], b) * 100 + Math.Min(Decode(registers[Year], b), 99), 1, 9999);
        var month = Math.Clamp(Decode(registers[Month], b), 1, 12);
        var day = Math.Clamp(Decode(registers[DayOfMonth], b), 1, DateTime.DaysInMonth(year, month));
        return new DateTime(
            year,
            month,
            day,
            Math.Min(DecodeHour(registers[Seconds + 4], b), 23),
            Math.Min(Decode(registers[Seconds + 2], b), 59),
            Math.Min(Decode(registers[Seconds], b), 59),
            DateTimeKind.Utc);
    }

    /// <summary>
    /// The next second strictly after <paramref name="ticks"/> at which the alarm registers match, at most a day later; null when they never match. Alarm bytes from
    /// 0xC0 up match everything.
    /// </summary>
    public static long? NextAlarm(long ticks, ReadOnlySpan<byte> registers)
    {
        var b = registers[B];
        int? second = registers[Seconds + 1] >= 0xc0 ? null : Decode(registers[Seconds + 1], b);
        int? minute = registers[Seconds + 3] >= 0xc0 ? null : Decode(registers[Seconds + 3], b);
        int? hour = registers[Seconds + 5] >= 0xc0 ? null : DecodeHour(registers[Seconds + 5], b);
        if (second > 59 || minute > 59 || hour > 23) return null;

        var candidate = ticks / TimeSpan.TicksPerSecond + 1;
        // Each field moves the candidate forward to its match; an earlier field's reset can only need one more round.
        for (var round = 0; round < 8; round++)
        {
            if (hour is { } h && candidate / 3600 % 24 != h) candidate = (candidate / 3600 + (h - candidate / 3600 % 24 + 24) % 24) * 3600;
            else if (minute is { } m && candidate / 60 % 60 != m) candidate = (candidate / 60 + (m - candidate / 60 % 60 + 60) % 60) * 60;
            else if (second is { } s && candidate % 60 != s) candidate += (s - candidate % 60 + 60) % 60;
            else return candidate * TimeSpan.TicksPerSecond;
        }
        return null;
    }
}
