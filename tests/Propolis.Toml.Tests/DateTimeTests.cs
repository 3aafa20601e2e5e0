namespace Propolis.Toml.Tests;

/// <summary>TOML 1.0: "Offset Date-Time", "Local Date-Time", "Local Date", "Local Time"; RFC 3339.</summary>
public sealed class DateTimeTests
{
    static TomlDateTime DateTime(string written) => Assert.IsType<TomlDateTime>(Toml.Value(written));

    [Theory]
    [InlineData("1979-05-27T07:32:00Z", "1979-05-27T07:32:00Z")]
    [InlineData("1979-05-27t07:32:00z", "1979-05-27T07:32:00Z")]
    [InlineData("1979-05-27 07:32:00Z", "1979-05-27T07:32:00Z")]
    [InlineData("1979-05-27T00:32:00-07:00", "1979-05-27T00:32:00-07:00")]
    [InlineData("1979-05-27T00:32:00.999999+05:45", "1979-05-27T00:32:00.999999+05:45")]
    [InlineData("1979-05-27T00:32:00-00:00", "1979-05-27T00:32:00Z")]
    [InlineData("0001-01-01T00:00:00+23:59", "0001-01-01T00:00:00+23:59")]
    [InlineData("9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59-23:59")]
    public void An_offset_date_time_has_all_three_parts(string written, string shown)
    {
        var value = DateTime(written);
        Assert.True(value is { Date: not null, Time: not null, Offset: not null });
        Assert.Equal(shown, value.ToString());
    }

    [Theory]
    [InlineData("1979-05-27T07:32:00", "1979-05-27T07:32:00")]
    [InlineData("1979-05-27 07:32:00.5", "1979-05-27T07:32:00.5")]
    public void A_local_date_time_has_no_offset(string written, string shown)
    {
        var value = DateTime(written);
        Assert.True(value is { Date: not null, Time: not null, Offset: null });
        Assert.Equal(shown, value.ToString());
    }

    [Fact]
    public void A_local_date_has_only_a_day()
    {
        var value = DateTime("1979-05-27 # comment");
        Assert.Equal(new TomlDate(1979, 5, 27), value.Date);
        Assert.True(value is { Time: null, Offset: null });
        Assert.Equal("1979-05-27", value.ToString());
    }

    [Fact]
    public void A_local_time_has_no_day()
    {
        var value = DateTime("00:32:00.999");
        Assert.Equal(new TomlTimeOfDay(0, 32, 0, 999_000_000), value.Time);
        Assert.True(value is { Date: null, Offset: null });
        Assert.Equal("00:32:00.999", value.ToString());
    }

    [Theory]
    [InlineData("00:00:00.1", 100_000_000)]
    [InlineData("00:00:00.000000001", 1)]
    [InlineData("00:00:00.1234567899", 123_456_789)]
    [InlineData("00:00:00.99999999999999999999", 999_999_999)]
    public void Digits_beyond_nanoseconds_are_cut_off(string written, int nanosecond) =>
        Assert.Equal(nanosecond, DateTime(written).Time!.Value.Nanosecond);

    [Theory]
    [InlineData("2000-02-29")]
    [InlineData("2024-02-29")]
    [InlineData("0000-02-29")]
    [InlineData("1999-12-31")]
    [InlineData("2023-04-30")]
    public void Days_of_the_calendar_are_taken(string written) => Assert.Equal(written, DateTime(written).ToString());

    [Theory]
    [InlineData("1900-02-29")]
    [InlineData("2023-02-29")]
    [InlineData("2023-02-30")]
    [InlineData("2023-04-31")]
    [InlineData("2023-00-01")]
    [InlineData("2023-13-01")]
    [InlineData("2023-01-00")]
    [InlineData("2023-01-32")]
    [InlineData("2023-02-29T00:00:00Z")]
    public void Other_days_are_refused(string written) =>
        Toml.ValueRefused(written, $"1:5: {written} names a day that the calendar does not have.");

    [Fact]
    public void A_leap_second_is_taken() => Assert.Equal("1990-12-31T23:59:60Z", DateTime("1990-12-31T23:59:60Z").ToString());

    [Theory]
    [InlineData("24:00:00")]
    [InlineData("23:60:00")]
    [InlineData("23:59:61")]
    [InlineData("2023-01-01T24:00:00Z")]
    public void Times_beyond_the_clock_are_refused(string written) => Toml.ValueRefused(written,
        $"1:5: {written} names a time that the clock does not have; hours end at 23, minutes and seconds at 59.");

    [Theory]
    [InlineData("2023-01-01T00:00:00+24:00")]
    [InlineData("2023-01-01T00:00:00-00:60")]
    public void Offsets_beyond_a_day_are_refused(string written) =>
        Toml.ValueRefused(written, $"1:5: {written} has an offset that does not exist; it must be -23:59 to +23:59.");

    [Theory]
    [InlineData("2023-1-01")]
    [InlineData("2023-01-1")]
    [InlineData("2023-01")]
    [InlineData("2023-01-01T")]
    [InlineData("2023-01-01T00:00")]
    [InlineData("2023-01-01T00:00Z")]
    [InlineData("2023-01-01T0:00:00")]
    [InlineData("2023-01-01T00:00:00.")]
    [InlineData("2023-01-01T00:00:00.Z")]
    [InlineData("2023-01-01T00:00:00+1:00")]
    [InlineData("2023-01-01T00:00:00+0100")]
    [InlineData("2023-01-01T00:00:00ZZ")]
    [InlineData("2023-01-01 00:00")]
    [InlineData("2023-01-01 1")]
    [InlineData("2023-01-01Z")]
    [InlineData("2023-01-0100:00:00")]
    [InlineData("00:00")]
    [InlineData("00:00:00Z")]
    [InlineData("00:00:00.5.5")]
    public void Other_forms_are_refused(string written) => Toml.ValueRefused(written,
        $"1:5: {written} is no date or time; write 2006-01-02T15:04:05Z, 2006-01-02T15:04:05, 2006-01-02 or 15:04:05.");

    [Fact]
    public void Only_one_space_stands_for_the_t() =>
        Toml.ValueRefused("2023-01-01  00:00:00", "1:17: '0' cannot follow a value; start a new line.");
}
