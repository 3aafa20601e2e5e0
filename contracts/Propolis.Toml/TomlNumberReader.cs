using System.Globalization;

namespace Propolis.Toml;

/// <summary>Reads integers and floats (TOML 1.0, "Integer" and "Float").</summary>
static class TomlNumberReader
{
    public static TomlValue Read(TomlToken token)
    {
        var unsigned = token.Text.AsSpan(token.Text[0] is '+' or '-' ? 1 : 0);
        if (unsigned is "inf" or "nan")
            return new TomlFloat(Special(token.Text), token.Position);
        if (BaseOf(unsigned) is { } numberBase)
            return new TomlInteger(ReadPrefixed(token, unsigned, numberBase), token.Position);
        if (unsigned.IsEmpty || !char.IsAsciiDigit(unsigned[0]))
            throw token.Fail("is no value of TOML; a text needs quotes, a number starts with a digit");
        return unsigned.ContainsAny(".eE")
            ? new TomlFloat(ReadFloat(token, unsigned), token.Position)
            : new TomlInteger(ReadDecimal(token, unsigned), token.Position);
    }

    static double Special(string text) => text switch
    {
        "inf" or "+inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.NaN,
    };

    static int? BaseOf(ReadOnlySpan<char> unsigned) => unsigned switch
    {
        ['0', 'x', ..] => 16,
        ['0', 'o', ..] => 8,
        ['0', 'b', ..] => 2,
        _ => null,
    };

    static long ReadPrefixed(TomlToken token, ReadOnlySpan<char> unsigned, int numberBase)
    {
        var digits = unsigned[2..];
        if (unsigned.Length != token.Text.Length)
            throw token.Fail("is no integer; a number in base 16, 8 or 2 takes no sign");
        if (!TomlDigits.AreValid(digits, numberBase))
            throw token.Fail($"is no integer of base {numberBase}; write its digits, with underscores only between them");
        var value = 0L;
        foreach (var c in digits)
        {
            if (TomlDigits.ValueOf(c, numberBase) is not { } digit)
                continue;
            if (value > (long.MaxValue - digit) / numberBase)
                throw TooLarge(token);
            value = value * numberBase + digit;
        }
        return value;
    }

    static long ReadDecimal(TomlToken token, ReadOnlySpan<char> unsigned)
    {
        if (!TomlDigits.AreValid(unsigned, 10))
            throw token.Fail("is no number; write digits, with underscores only between them");
        RefuseLeadingZero(token, unsigned);
        return long.TryParse(WithoutUnderscores(token), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw TooLarge(token);
    }

    static double ReadFloat(TomlToken token, ReadOnlySpan<char> unsigned)
    {
        var e = unsigned.IndexOfAny('e', 'E');
        var mantissa = e < 0 ? unsigned : unsigned[..e];
        var point = mantissa.IndexOf('.');
        var whole = point < 0 ? mantissa : mantissa[..point];
        if (!TomlDigits.AreValid(whole, 10)
            || (point >= 0 && !TomlDigits.AreValid(mantissa[(point + 1)..], 10))
            || (e >= 0 && !IsExponent(unsigned[(e + 1)..])))
            throw token.Fail("is no float; write digits on both sides of the point and behind the e, underscores only between digits");
        RefuseLeadingZero(token, whole);
        var value = double.Parse(WithoutUnderscores(token), NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(value) ? value : throw token.Fail("is beyond a 64-bit float, which ends at 1.8e308; write inf for infinity");
    }

    static bool IsExponent(ReadOnlySpan<char> text) =>
        TomlDigits.AreValid(text is ['+' or '-', ..] ? text[1..] : text, 10);

    static void RefuseLeadingZero(TomlToken token, ReadOnlySpan<char> whole)
    {
        if (whole.Length > 1 && whole[0] == '0')
            throw token.Fail("starts with a zero; leave it away, or write 0o for an octal number");
    }

    static string WithoutUnderscores(TomlToken token) => token.Text.Replace("_", "", StringComparison.Ordinal);

    static TomlException TooLarge(TomlToken token) =>
        token.Fail("does not fit into 64 bits; integers run from -9223372036854775808 to 9223372036854775807");
}
