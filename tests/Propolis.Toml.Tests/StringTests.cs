namespace Propolis.Toml.Tests;

/// <summary>TOML 1.0: "String".</summary>
public sealed class StringTests
{
    const string Quotes = "\"\"\"";

    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("\"a 'b' #c\"", "a 'b' #c")]
    [InlineData(@"""\b\t\n\f\r\""\\""", "\b\t\n\f\r\"\\")]
    [InlineData(@"""\u00E9\u20ac\U0001F980""", "é€🦀")]
    [InlineData(@"""\u0000\uD7FF\uE000\U0010FFFF""", "\0\uD7FF\uE000\U0010FFFF")]
    [InlineData("\"a\tb\"", "a\tb")]
    [InlineData("\"é€🦀\u0080\"", "é€🦀\u0080")]
    public void A_basic_string_resolves_escapes(string written, string value) => Assert.Equal(value, Toml.String(written));

    [Theory]
    [InlineData("''", "")]
    [InlineData(@"'C:\Users\n\u0041'", @"C:\Users\n\u0041")]
    [InlineData("'a \"b\"\t#'", "a \"b\"\t#")]
    public void A_literal_string_is_taken_as_it_stands(string written, string value) => Assert.Equal(value, Toml.String(written));

    [Theory]
    [InlineData(Quotes + Quotes, "")]
    [InlineData(Quotes + "\n" + Quotes, "")]
    [InlineData(Quotes + "\r\n" + Quotes, "")]
    [InlineData(Quotes + "\n\na\n" + Quotes, "\na\n")]
    [InlineData(Quotes + "a\r\nb\nc" + Quotes, "a\nb\nc")]
    [InlineData(Quotes + "a\\tb\\\\ \"q\" \"\"q\"\" '''" + Quotes, "a\tb\\ \"q\" \"\"q\"\" '''")]
    [InlineData(Quotes + "a\\\n   \n\t b" + Quotes, "ab")]
    [InlineData(Quotes + "a \\ \t \r\n  b" + Quotes, "a b")]
    [InlineData(Quotes + "\\\n  " + Quotes, "")]
    [InlineData(Quotes + "a\\\n\\\n b" + Quotes, "ab")]
    [InlineData(Quotes + "\\\"\"\"" + Quotes, "\"\"\"")]
    [InlineData(Quotes + "\"" + Quotes, "\"")]
    [InlineData(Quotes + "a\"\"" + Quotes, "a\"\"")]
    [InlineData(Quotes + "\"\"a\"\"" + Quotes, "\"\"a\"\"")]
    public void A_multi_line_basic_string_trims_and_joins(string written, string value) => Assert.Equal(value, Toml.String(written));

    [Theory]
    [InlineData("''''''", "")]
    [InlineData("'''\n a\\\n b'''", " a\\\n b")]
    [InlineData("'''\r\na\r\nb'''", "a\nb")]
    [InlineData("'''''a'''''", "''a''")]
    [InlineData("'''\"\"\"'''", "\"\"\"")]
    public void A_multi_line_literal_string_trims_only_its_first_line_end(string written, string value) =>
        Assert.Equal(value, Toml.String(written));

    [Theory]
    [InlineData("\"a", "1:5: the string is not closed on its line; end it with \".")]
    [InlineData("\"a\nb\"", "1:5: the string is not closed on its line; end it with \".")]
    [InlineData("'a\r\nb'", "1:5: the string is not closed on its line; end it with '.")]
    [InlineData("'a\"", "1:5: the string is not closed on its line; end it with '.")]
    [InlineData(Quotes + "\na", "1:5: the multi-line string is not closed; end it with \"\"\".")]
    [InlineData("'''\na''", "1:5: the multi-line string is not closed; end it with '''.")]
    [InlineData(Quotes + "a" + Quotes + "\"\"\"", "1:14: '\"' cannot follow a value; start a new line.")]
    public void A_string_must_be_closed(string written, string sentence) => Toml.ValueRefused(written, sentence);

    const string NoEscape = " behind a backslash is no escape of TOML 1.0; those are \\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX \\UXXXXXXXX.";

    [Theory]
    [InlineData(@"""\a""", "1:6: 'a'" + NoEscape)]
    [InlineData(@"""\e""", "1:6: 'e'" + NoEscape)]
    [InlineData(@"""\x41""", "1:6: 'x'" + NoEscape)]
    [InlineData(@"""\'""", "1:6: '''" + NoEscape)]
    [InlineData("\"\\ \"", "1:6: the character U+0020" + NoEscape)]
    [InlineData("\"\\\n\"", "1:6: the end of the line" + NoEscape)]
    [InlineData("\"\\", "1:6: the end of the file" + NoEscape)]
    [InlineData(@"""\u12""", "1:6: the escape needs exactly 4 hexadecimal digits.")]
    [InlineData(@"""\u00g0""", "1:6: the escape needs exactly 4 hexadecimal digits.")]
    [InlineData(@"""\U0001F98""", "1:6: the escape needs exactly 8 hexadecimal digits.")]
    [InlineData(@"""\u", "1:6: the escape needs exactly 4 hexadecimal digits.")]
    [InlineData(@"""\uD800""", "1:6: the escape names no Unicode scalar value; those are 0 to D7FF and E000 to 10FFFF.")]
    [InlineData(@"""\uDFFF""", "1:6: the escape names no Unicode scalar value; those are 0 to D7FF and E000 to 10FFFF.")]
    [InlineData(@"""\U00110000""", "1:6: the escape names no Unicode scalar value; those are 0 to D7FF and E000 to 10FFFF.")]
    [InlineData(@"""\UFFFFFFFF""", "1:6: the escape names no Unicode scalar value; those are 0 to D7FF and E000 to 10FFFF.")]
    [InlineData(Quotes + "\na\\ b" + Quotes, "2:2: a backslash before blanks must end its line; write \\\\ for a backslash.")]
    [InlineData(Quotes + "a\\ " + Quotes, "1:9: a backslash before blanks must end its line; write \\\\ for a backslash.")]
    [InlineData(Quotes + "a\\\rb" + Quotes, "1:9: a backslash before blanks must end its line; write \\\\ for a backslash.")]
    [InlineData(Quotes + "\\q" + Quotes, "1:8: 'q'" + NoEscape)]
    public void A_wrong_escape_is_refused(string written, string sentence) => Toml.ValueRefused(written, sentence);

    [Theory]
    [InlineData('\u0000')]
    [InlineData('\u0008')]
    [InlineData('\u000B')]
    [InlineData('\r')]
    [InlineData('\u001F')]
    [InlineData('\u007F')]
    public void Control_characters_are_refused_in_all_four_forms(char control)
    {
        var name = $"the character U+{(int)control:X4} cannot stand in a ";
        Toml.ValueRefused($"\"a{control}b\"", "1:7: " + name + "string.");
        Toml.ValueRefused($"'a{control}b'", "1:7: " + name + "string.");
        Toml.ValueRefused($"\"\"\"a{control}b\"\"\"", "1:9: " + name + "multi-line string.");
        Toml.ValueRefused($"'''a{control}b'''", "1:9: " + name + "multi-line string.");
    }
}
