using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Devices.Rtc;
using Propolis.Vmm.Tests.Fuzz;

namespace Propolis.Vmm.Tests.Devices;

public sealed class RtcTests
{
    readonly Board _board = new();
    readonly RtcPort _rtc;

    public RtcTests()
    {
        _rtc = Create(_board);
        _rtc.Start();
    }

    [Fact]
    public void Shows_the_hosts_time_in_BCD()
    {
        Assert.Equal("20 26 08 23 10:20:30 day 1", Clock());
    }

    [Fact]
    public void Shows_binary_and_twelve_hours_on_request()
    {
        _board.Time.Advance(TimeSpan.FromHours(5));
        Set(RtcRules.B, RtcRules.Binary);

        Assert.Equal(0x83, Get(4));
        Assert.Equal(30, Get(0));
        Assert.Equal(26, Get(9));

        _board.Time.Advance(TimeSpan.FromHours(-3 + 24));
        Assert.Equal(0x8c, Get(4));
        _board.Time.Advance(TimeSpan.FromHours(12));
        Assert.Equal(12, Get(4));
    }

    [Fact]
    public void Time_goes_on_over_the_end_of_a_leap_year_s_february()
    {
        SetTime("20 28 02 29 23:59:59");

        _board.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.StartsWith("20 28 03 01 00:00:00", Clock());
    }

    [Fact]
    public void Time_stands_while_the_guest_sets_it()
    {
        Set(RtcRules.B, RtcRules.Set | RtcRules.Hours24);
        Set(0, 0x59);
        _board.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("20 26 08 23 10:20:59 day 1", Clock());

        Set(RtcRules.B, RtcRules.Hours24);
        _board.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("20 26 08 23 10:21:00 day 1", Clock());
    }

    [Fact]
    public void Divider_reset_makes_the_next_update_come_after_half_a_second()
    {
        // As Linux sets the clock.
        Set(RtcRules.B, RtcRules.Set | RtcRules.Hours24);
        Set(RtcRules.A, 0x70);
        Set(0, 0x10);
        Set(RtcRules.B, RtcRules.Hours24);
        _board.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(0x10, Get(0));
        Set(RtcRules.A, 0x26);

        _board.Time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Equal(0x10, Get(0));
        _board.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(0x11, Get(0));
    }

    [Fact]
    public void Nonsense_as_time_becomes_a_time()
    {
        Set(RtcRules.B, RtcRules.Set | RtcRules.Hours24);
        foreach (var register in new[] { 0, 2, 4, 7, 8, 9, 0x32 }) Set(register, 0xff);
        Set(RtcRules.B, RtcRules.Hours24);

        Assert.Equal("99 99 12 31 23:59:59 day 6", Clock());
    }

    [Fact]
    public void Update_in_progress_warns_before_the_second_ends()
    {
        Assert.Equal(0x26, Get(RtcRules.A));

        _board.Time.Advance(TimeSpan.FromMicroseconds(999_900));
        Assert.Equal(0xa6, Get(RtcRules.A));

        _board.Time.Advance(TimeSpan.FromMicroseconds(100));
        Assert.Equal(0x26, Get(RtcRules.A));
    }

    [Fact]
    public void Update_interrupt_comes_every_second()
    {
        Set(RtcRules.B, RtcRules.UpdateEnded | RtcRules.Hours24);

        for (var second = 1; second <= 3; second++)
        {
            _board.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(second, _board.Edges(8));
            Assert.Equal(0xd0, Get(RtcRules.C) | 0x40);
            Assert.False(_board.Level(8));
        }
    }

    [Fact]
    public void Alarm_comes_at_its_time_and_its_flag_also_without_interrupt()
    {
        SetAlarm(0x10, 0x21, 0x05);
        Set(RtcRules.B, RtcRules.Alarm | RtcRules.Hours24);

        _board.Time.Advance(TimeSpan.FromSeconds(34));
        Assert.False(_board.Level(8));
        _board.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_board.Level(8));
        Assert.Equal(RtcRules.Alarm, Get(RtcRules.C) & RtcRules.Alarm);

        Set(RtcRules.B, RtcRules.Hours24);
        _board.Time.Advance(TimeSpan.FromDays(1));
        Assert.False(_board.Level(8));
        Assert.Equal(RtcRules.Alarm, Get(RtcRules.C) & RtcRules.Alarm);
    }

    [Fact]
    public void Alarm_with_dont_care_hours_comes_every_hour()
    {
        SetAlarm(0xff, 0x00, 0x00);
        Set(RtcRules.B, RtcRules.Alarm | RtcRules.Hours24);

        for (var hour = 1; hour <= 4; hour++)
        {
            _board.Time.Advance(TimeSpan.FromHours(1));
            Assert.Equal(hour, _board.Edges(8));
            Get(RtcRules.C);
        }
    }

    [Fact]
    public void Periodic_interrupts_keep_their_rate_when_each_is_taken()
    {
        // 64 Hz.
        Set(RtcRules.A, 0x2a);
        Set(RtcRules.B, RtcRules.Periodic | RtcRules.Hours24);

        for (var i = 0; i < 1000; i++)
        {
            _board.Time.Advance(TimeSpan.FromMilliseconds(1));
            Get(RtcRules.C);
        }

        Assert.InRange(_board.Edges(8), 63, 65);
    }

    [Fact]
    public void Periods_that_passed_untaken_follow_each_with_its_edge()
    {
        Set(RtcRules.A, 0x2a);
        Set(RtcRules.B, RtcRules.Periodic | RtcRules.Hours24);
        _board.Time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(1, _board.Edges(8));

        var taken = 0;
        while ((Get(RtcRules.C) & RtcRules.InterruptRequest) != 0) taken++;

        Assert.Equal(6, taken);
        Assert.Equal(6, _board.Edges(8));
        Assert.False(_board.Level(8));
    }

    [Fact]
    public async Task Periods_of_a_pause_are_not_made_up_for()
    {
        Set(RtcRules.A, 0x26);
        Set(RtcRules.B, RtcRules.Periodic | RtcRules.Hours24);
        Get(RtcRules.C);
        await _rtc.PauseAsync();
        _board.Time.Advance(TimeSpan.FromHours(1));
        Assert.False(_board.Level(8));

        _rtc.Resume();

        Assert.True(_board.Level(8));
        Get(RtcRules.C);
        Assert.False(_board.Level(8));
        Assert.StartsWith("20 26 08 23 11:20:30", Clock());
    }

    [Fact]
    public void Reset_stops_interrupts_and_keeps_time_and_RAM()
    {
        Set(RtcRules.B, RtcRules.UpdateEnded | RtcRules.Hours24);
        Set(0x40, 0x77);
        SetTime("20 30 01 01 00:00:00");
        Set(RtcRules.B, RtcRules.UpdateEnded | RtcRules.Hours24);
        _board.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_board.Level(8));

        _rtc.Reset();

        Assert.False(_board.Level(8));
        Assert.Equal(0x77, Get(0x40));
        Assert.StartsWith("20 30 01 01 00:00:01", Clock());
    }

    [Fact]
    public void Host_clock_set_back_stops_nothing()
    {
        Set(RtcRules.B, RtcRules.UpdateEnded | RtcRules.Hours24);

        _board.Time.SetWallClock(new DateTimeOffset(2026, 8, 23, 9, 0, 0, TimeSpan.Zero));
        Assert.StartsWith("20 26 08 23 09:00:00", Clock());
        _board.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(_board.Level(8));
    }

    [Fact]
    public void Memory_size_is_left_in_QEMUs_places()
    {
        _rtc.SetMemorySize(3UL << 30, 5UL << 30, processors: 4);

        Assert.Equal(640, Word(0x15));
        Assert.Equal(0xffff, Word(0x17));
        Assert.Equal(0xffff, Word(0x30));
        Assert.Equal((3072 - 16) * 16, Word(0x34));
        Assert.Equal(5 * 16384, Word(0x5b) | Get(0x5d) << 16);
        Assert.Equal(3, Get(0x5f));
    }

    [Theory]
    [InlineData(64UL, 63 * 1024, 48 * 16)]
    [InlineData(8UL, 7 * 1024, 0)]
    public void Small_memory_sizes_fit(ulong mebibytes, int extended, int above16)
    {
        _rtc.SetMemorySize(mebibytes << 20, 0, processors: 1);

        Assert.Equal(extended, Word(0x17));
        Assert.Equal(above16, Word(0x34));
        Assert.Equal(0, Word(0x5b) | Get(0x5d) << 16);
    }

    [Fact]
    public void Index_and_data_in_one_word_write()
    {
        _board.Out16(0x70, 0x99_c0);

        Assert.True(_rtc.IsNmiMasked);
        Assert.Equal(0x99, Get(0x40));
        Assert.False(_rtc.IsNmiMasked);
        Assert.Equal(0xff, _board.In8(0x70));
    }

    [Fact]
    public void Clock_in_another_machine_goes_on_with_the_guests_offset_and_alarm()
    {
        SetTime("19 99 12 31 23:00:00");
        SetAlarm(0x00, 0x00, 0x00);
        Set(RtcRules.B, RtcRules.Alarm | RtcRules.Hours24);
        var other = new Board();
        var twin = Create(other);

        Board.Transfer(_rtc, twin);
        other.Time.Advance(TimeSpan.FromHours(1));
        Assert.False(other.Level(8));
        twin.Resume();

        Assert.True(other.Level(8));
        other.Out8(0x70, RtcRules.Year);
        Assert.Equal(0x00, other.In8(0x71));
    }

    [Fact]
    public void Next_alarm_is_the_first_second_that_matches()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var registers = new byte[128];
            registers[RtcRules.B] = RtcRules.Binary | RtcRules.Hours24;
            registers[1] = random.Next(3) == 0 ? (byte)0xff : (byte)random.Next(60);
            registers[3] = random.Next(3) == 0 ? (byte)0xc0 : (byte)random.Next(60);
            registers[5] = random.Next(3) == 0 ? (byte)0xff : (byte)random.Next(24);
            var start = new DateTime(2026, 1, 1).AddTicks((long)(random.NextDouble() * TimeSpan.TicksPerDay)).Ticks;

            var expected = start / TimeSpan.TicksPerSecond + 1;
            while (!Matches(registers, expected)) expected++;

            Assert.Equal(expected * TimeSpan.TicksPerSecond, RtcRules.NextAlarm(start, registers));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Times_are_read_back_in_every_format()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var registers = new byte[128];
            registers[RtcRules.B] = (byte)(random.Next(4) << 1);
            var time = new DateTime(random.NextInt64(DateTime.MaxValue.Ticks) / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond);

            RtcRules.Store(time, registers);

            Assert.Equal(time, RtcRules.Load(registers));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_access_and_snapshot() => RegisterTargets.Clock().QuickCheckThrowOnFailure();

    static bool Matches(byte[] registers, long second) =>
        (registers[1] >= 0xc0 || second % 60 == registers[1]) &&
        (registers[3] >= 0xc0 || second / 60 % 60 == registers[3]) &&
        (registers[5] >= 0xc0 || second / 3600 % 24 == registers[5]);

    static RtcPort Create(Board board)
    {
        var rtc = new RtcPort(board.Interrupts, board.Time);
        rtc.Attach(board.Ports);
        return rtc;
    }

    byte Get(int register)
    {
        _board.Out8(0x70, (byte)register);
        return _board.In8(0x71);
    }

    void Set(int register, byte value)
    {
        _board.Out8(0x70, (byte)register);
        _board.Out8(0x71, value);
    }

    int Word(int register) => Get(register) | Get(register + 1) << 8;

    void SetAlarm(byte hour, byte minute, byte second)
    {
        Set(5, hour);
        Set(3, minute);
        Set(1, second);
    }

    void SetTime(string time)
    {
        Set(RtcRules.B, RtcRules.Set | RtcRules.Hours24);
        var bytes = Convert.FromHexString(time.Replace(" ", "").Replace(":", ""));
        int[] registers = [0x32, 9, 8, 7, 4, 2, 0];
        for (var i = 0; i < registers.Length; i++) Set(registers[i], bytes[i]);
        Set(RtcRules.B, RtcRules.Hours24);
    }

    string Clock() => $"{Get(0x32):x2} {Get(9):x2} {Get(8):x2} {Get(7):x2} {Get(4):x2}:{Get(2):x2}:{Get(0):x2} day {Get(6):x}";
}
