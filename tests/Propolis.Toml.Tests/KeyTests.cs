namespace Propolis.Toml.Tests;

/// <summary>TOML 1.0: "Keys".</summary>
public sealed class KeyTests
{
    [Theory]
    [InlineData("key", "key")]
    [InlineData("bare_key-2", "bare_key-2")]
    [InlineData("1234", "1234")]
    [InlineData("-", "-")]
    [InlineData("true", "true")]
    [InlineData("\"127.0.0.1\"", "127.0.0.1")]
    [InlineData("\"ʎǝʞ \\u00e9\"", "ʎǝʞ é")]
    [InlineData("'quoted \"value\" \\n'", "quoted \"value\" \\n")]
    [InlineData("\"\"", "")]
    [InlineData("''", "")]
    [InlineData("\t key \t", "key")]
    public void A_key_is_bare_or_quoted(string written, string name) =>
        Assert.Equal(name, Assert.Single(Toml.Parse(written + " = 1").Entries).Name);

    [Fact]
    public void Bare_and_quoted_forms_are_the_same_key() =>
        Toml.Refused("spelling = 1\n\"spelling\" = 2",
            "2:1: spelling is already an integer since line 1; each key and each table can be defined only once.");

    [Fact]
    public void Keys_differ_by_case_and_are_not_normalized() =>
        Assert.Equal(4, Toml.Parse("a = 1\nA = 2\n\"\u00e9\" = 3\n\"e\u0301\" = 4").Entries.Count);

    [Theory]
    [InlineData("a.b.c = 1", "a|b|c")]
    [InlineData("a . b\t.\tc = 1", "a|b|c")]
    [InlineData("a.\"b.c\".'d' = 1", "a|b.c|d")]
    [InlineData("3.14 = 1", "3|14")]
    [InlineData("a.\"\" = 1", "a|")]
    public void A_dotted_key_makes_tables(string text, string path) =>
        Assert.Equal(1, Toml.Parse(text).IntegerAt(path.Split('|')));

    [Fact]
    public void Dotted_keys_add_to_the_tables_that_dotted_keys_made()
    {
        var root = Toml.Parse("apple.type = 1\norange.type = 2\napple.skin = 3");
        Assert.Equal(1, root.IntegerAt("apple", "type"));
        Assert.Equal(3, root.IntegerAt("apple", "skin"));
    }

    [Theory]
    [InlineData("= 1", "1:1: a key was expected here, not '='; keys are made of A-Z a-z 0-9 _ - or stand in quotes.")]
    [InlineData(".a = 1", "1:1: a key was expected here, not '.'; keys are made of A-Z a-z 0-9 _ - or stand in quotes.")]
    [InlineData("a. = 1", "1:4: a key was expected here, not '='; keys are made of A-Z a-z 0-9 _ - or stand in quotes.")]
    [InlineData("a..b = 1", "1:3: a key was expected here, not '.'; keys are made of A-Z a-z 0-9 _ - or stand in quotes.")]
    [InlineData("ä = 1", "1:1: a key was expected here, not 'ä'; keys are made of A-Z a-z 0-9 _ - or stand in quotes.")]
    [InlineData("aä = 1", "1:2: '=' was expected behind the key, not 'ä'.")]
    [InlineData("\"\"\"a\"\"\" = 1", "1:1: a key cannot be a multi-line string; use one quote on each side.")]
    [InlineData("'''a''' = 1", "1:1: a key cannot be a multi-line string; use one quote on each side.")]
    [InlineData("\"a\n\" = 1", "1:1: the string is not closed on its line; end it with \".")]
    [InlineData("\"a = 1", "1:1: the string is not closed on its line; end it with \".")]
    public void A_wrong_key_is_refused(string text, string sentence) => Toml.Refused(text, sentence);

    [Theory]
    [InlineData("a = 1\na = 2", "2:1: a is already an integer since line 1; each key and each table can be defined only once.")]
    [InlineData("a = 1\na.b = 2", "2:1: a is already an integer since line 1, and nothing can be added to it here.")]
    [InlineData("a.b = 1\na = 2", "2:1: a is already a table since line 1; each key and each table can be defined only once.")]
    [InlineData("a.b.c = 1\na.b = 2", "2:3: a.b is already a table since line 1; each key and each table can be defined only once.")]
    [InlineData("a.b = 'x'\na.b.c = 2", "2:3: a.b is already a string since line 1, and nothing can be added to it here.")]
    [InlineData("a = [1]\na.b = 2", "2:1: a is already an array since line 1, and nothing can be added to it here.")]
    public void A_key_is_set_once(string text, string sentence) => Toml.Refused(text, sentence);

    [Theory]
    [InlineData(new[] { "a", "b-c_9" }, "a.b-c_9")]
    [InlineData(new[] { "" }, "\"\"")]
    [InlineData(new[] { "a b", "c\"d\\" }, "\"a b\".\"c\\\"d\\\\\"")]
    [InlineData(new[] { "line\nend" }, "\"line\\u000Aend\"")]
    public void Messages_show_keys_as_toml_writes_them(string[] parts, string shown) => Assert.Equal(shown, TomlKeySyntax.Show(parts));

    [Fact]
    public void A_very_long_key_is_cut_off_in_messages() =>
        Assert.Equal(new string('x', 60) + "...", TomlKeySyntax.Show(new string('x', 5000)));
}
