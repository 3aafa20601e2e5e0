namespace Propolis.Toml.Tests;

/// <summary>TOML 1.0: "Integer", "Float", "Boolean".</summary>
public sealed class NumberTests
{
    [Theory]
    [InlineData("99", 99)]
    [InlineData("+99", 99)]
    [InlineData("-17", -17)]
    [InlineData("0", 0)]
    [InlineData("+0", 0)]
    [InlineData("-0", 0)]
    [InlineData("1_000", 1000)]
    [InlineData("5_349_221", 5349221)]
    [InlineData("1_2_3_4_5", 12345)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("0xDEADBEEF", 0xDEADBEEF)]
    [InlineData("0xdead_beef", 0xDEADBEEF)]
    [InlineData("0x0000_0000_0000_0000_01", 1)]
    [InlineData("0x7FFFFFFFFFFFFFFF", long.MaxValue)]
    [InlineData("0o01234567", 342391)]
    [InlineData("0o7_7", 63)]
    [InlineData("0o777777777777777777777", long.MaxValue)]
    [InlineData("0b1101_0110", 214)]
    [InlineData("0b0", 0)]
    public void An_integer_has_four_bases_and_64_bits(string written, long value) => Assert.Equal(value, Toml.Integer(written));

    const string NoNumber = " is no number; write digits, with underscores only between them.";
    const string TooLarge = " does not fit into 64 bits; integers run from -9223372036854775808 to 9223372036854775807.";
    const string LeadingZero = " starts with a zero; leave it away, or write 0o for an octal number.";
    const string NoValue = " is no value of TOML; a text needs quotes, a number starts with a digit.";

    [Theory]
    [InlineData("1__0", NoNumber)]
    [InlineData("1_", NoNumber)]
    [InlineData("1a", NoNumber)]
    [InlineData("0X1", NoNumber)]
    [InlineData("1-2", NoNumber)]
    [InlineData("_1", NoValue)]
    [InlineData("+_1", NoValue)]
    [InlineData("++1", NoValue)]
    [InlineData("-", NoValue)]
    [InlineData("abc", NoValue)]
    [InlineData("01", LeadingZero)]
    [InlineData("-01", LeadingZero)]
    [InlineData("0_1", LeadingZero)]
    [InlineData("9223372036854775808", TooLarge)]
    [InlineData("-9223372036854775809", TooLarge)]
    [InlineData("0x8000000000000000", TooLarge)]
    [InlineData("0xFFFFFFFFFFFFFFFF", TooLarge)]
    [InlineData("0o1000000000000000000000", TooLarge)]
    [InlineData("+0x1", " is no integer; a number in base 16, 8 or 2 takes no sign.")]
    [InlineData("-0o1", " is no integer; a number in base 16, 8 or 2 takes no sign.")]
    [InlineData("0x", " is no integer of base 16; write its digits, with underscores only between them.")]
    [InlineData("0xG", " is no integer of base 16; write its digits, with underscores only between them.")]
    [InlineData("0x_1", " is no integer of base 16; write its digits, with underscores only between them.")]
    [InlineData("0x1.0", " is no integer of base 16; write its digits, with underscores only between them.")]
    [InlineData("0o8", " is no integer of base 8; write its digits, with underscores only between them.")]
    [InlineData("0b1_", " is no integer of base 2; write its digits, with underscores only between them.")]
    [InlineData("0b2", " is no integer of base 2; write its digits, with underscores only between them.")]
    public void A_wrong_integer_is_refused(string written, string reason) => Toml.ValueRefused(written, "1:5: " + written + reason);

    [Theory]
    [InlineData("+1.0", 1.0)]
    [InlineData("3.1415", 3.1415)]
    [InlineData("-0.01", -0.01)]
    [InlineData("5e+22", 5e+22)]
    [InlineData("1e06", 1e06)]
    [InlineData("-2E-2", -2e-2)]
    [InlineData("6.626e-34", 6.626e-34)]
    [InlineData("224_617.445_991_228", 224617.445991228)]
    [InlineData("1_0e1_0", 10e10)]
    [InlineData("0.0", 0.0)]
    [InlineData("0e0", 0.0)]
    [InlineData("0.001", 0.001)]
    [InlineData("1.7976931348623157e308", double.MaxValue)]
    [InlineData("4.9e-324", double.Epsilon)]
    [InlineData("1e-400", 0.0)]
    [InlineData("inf", double.PositiveInfinity)]
    [InlineData("+inf", double.PositiveInfinity)]
    [InlineData("-inf", double.NegativeInfinity)]
    [InlineData("nan", double.NaN)]
    [InlineData("+nan", double.NaN)]
    [InlineData("-nan", double.NaN)]
    public void A_float_has_a_fraction_an_exponent_or_a_name(string written, double value) => Assert.Equal(value, Toml.Float(written));

    [Fact]
    public void Negative_zero_keeps_its_sign() => Assert.True(double.IsNegative(Toml.Float("-0.0")));

    const string NoFloat = " is no float; write digits on both sides of the point and behind the e, underscores only between digits.";

    [Theory]
    [InlineData("1.", NoFloat)]
    [InlineData("1.e2", NoFloat)]
    [InlineData("1..2", NoFloat)]
    [InlineData("1.2.3", NoFloat)]
    [InlineData("1e", NoFloat)]
    [InlineData("1e+", NoFloat)]
    [InlineData("1e2.3", NoFloat)]
    [InlineData("1ee2", NoFloat)]
    [InlineData("1e--2", NoFloat)]
    [InlineData("1_.2", NoFloat)]
    [InlineData("1._2", NoFloat)]
    [InlineData("1.2_", NoFloat)]
    [InlineData("1_e2", NoFloat)]
    [InlineData("1e_2", NoFloat)]
    [InlineData(".7", NoValue)]
    [InlineData("+.7", NoValue)]
    [InlineData("Inf", NoValue)]
    [InlineData("NaN", NoValue)]
    [InlineData("infinity", NoValue)]
    [InlineData("03.14", LeadingZero)]
    [InlineData("00e1", LeadingZero)]
    [InlineData("1e309", " is beyond a 64-bit float, which ends at 1.8e308; write inf for infinity.")]
    public void A_wrong_float_is_refused(string written, string reason) => Toml.ValueRefused(written, "1:5: " + written + reason);

    [Fact]
    public void A_very_long_token_is_cut_off_in_the_message() =>
        Toml.ValueRefused(new string('9', 5000), "1:5: " + new string('9', 40) + "..." + TooLarge);

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public void A_boolean_is_lowercase(string written, bool value) => Assert.Equal(value, Assert.IsType<TomlBoolean>(Toml.Value(written)).Value);

    [Theory]
    [InlineData("True")]
    [InlineData("FALSE")]
    [InlineData("yes")]
    [InlineData("truer")]
    public void Other_words_are_no_booleans(string written) => Toml.ValueRefused(written, "1:5: " + written + NoValue);
}
