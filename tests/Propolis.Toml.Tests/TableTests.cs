namespace Propolis.Toml.Tests;

/// <summary>TOML 1.0: "Table" and what dotted keys may add to.</summary>
public sealed class TableTests
{
    [Theory]
    [InlineData("[a]\nx = 1", "a|x")]
    [InlineData("[ a ]\nx = 1", "a|x")]
    [InlineData("[a.b.c]\nx = 1", "a|b|c|x")]
    [InlineData("[ d . \"e.f\" . 'g' ]\nx = 1", "d|e.f|g|x")]
    [InlineData("\t[a]\n\tb.x = 1", "a|b|x")]
    [InlineData("[a]\n[a.b]\nx = 1", "a|b|x")]
    public void A_header_opens_a_table(string text, string path) => Assert.Equal(1, Toml.Parse(text).IntegerAt(path.Split('|')));

    [Fact]
    public void A_table_may_be_empty() => Assert.Empty(Assert.IsType<TomlTable>(Toml.Parse("[a]").Get("a")).Entries);

    [Fact]
    public void A_super_table_may_be_defined_afterwards()
    {
        var root = Toml.Parse("[x.y.z]\na = 1\n[x]\nb = 2\n[x.y]\nc = 3");
        Assert.Equal(1, root.IntegerAt("x", "y", "z", "a"));
        Assert.Equal(2, root.IntegerAt("x", "b"));
        Assert.Equal(3, root.IntegerAt("x", "y", "c"));
    }

    [Fact]
    public void Tables_need_no_order()
    {
        var root = Toml.Parse("[fruit.apple]\na = 1\n[animal]\nb = 2\n[fruit.orange]\nc = 3");
        Assert.Equal(1, root.IntegerAt("fruit", "apple", "a"));
        Assert.Equal(3, root.IntegerAt("fruit", "orange", "c"));
    }

    [Fact]
    public void A_header_may_add_a_table_below_one_that_a_dotted_key_made() =>
        Assert.Equal(2, Toml.Parse("[fruit]\napple.taste.sweet = 1\n[fruit.apple.texture]\nsmooth = 2")
            .IntegerAt("fruit", "apple", "texture", "smooth"));

    [Fact]
    public void A_dotted_key_may_define_a_table_that_was_only_implied() =>
        Assert.Equal(2, Toml.Parse("[a.b.c]\nx = 1\n[a]\nb.y = 2").IntegerAt("a", "b", "y"));

    const string Once = "; each key and each table can be defined only once.";
    const string Complete = ", and nothing can be added to it here.";

    [Theory]
    [InlineData("[a]\n[a]", "2:2: a is already a table since line 1" + Once)]
    [InlineData("[a]\n[b]\n[ a ]", "3:3: a is already a table since line 1" + Once)]
    [InlineData("[a.b]\n[a]\n[a.b]", "3:4: a.b is already a table since line 1" + Once)]
    [InlineData("[a.b]\n[a]\n[a]", "3:2: a is already a table since line 1" + Once)]
    [InlineData("a = 1\n[a]", "2:2: a is already an integer since line 1" + Once)]
    [InlineData("[a]\nb = 1\n[a.b]", "3:4: a.b is already an integer since line 2" + Once)]
    [InlineData("[a]\nb = 'x'\n[a.b.c]", "3:4: a.b is already a string since line 2" + Complete)]
    [InlineData("a = [{}]\n[a.b]", "2:2: a is already an array since line 1" + Complete)]
    [InlineData("[a]\nb.c = 1\n[a.b]", "3:4: a.b is already a table since line 2" + Once)]
    [InlineData("[a]\nb.c.d = 1\n[a.b.c]", "3:6: a.b.c is already a table since line 2" + Once)]
    [InlineData("[a.b.c]\nz = 9\n[a]\nb.c.t = 1", "4:3: b.c is already a table since line 1" + Complete)]
    [InlineData("[a.b]\nz = 9\n[a]\nb.t = 1", "4:1: b is already a table since line 1" + Complete)]
    [InlineData("[a.b.c]\n[a]\nb.y = 2\n[a.b]", "4:4: a.b is already a table since line 1" + Once)]
    [InlineData("[a]\nb = 1\nb = 2", "3:1: b is already an integer since line 2" + Once)]
    public void A_table_is_defined_once(string text, string sentence) => Toml.Refused(text, sentence);

    const string KeyExpected = "; keys are made of A-Z a-z 0-9 _ - or stand in quotes.";

    [Theory]
    [InlineData("[]", "1:2: a key was expected here, not ']'" + KeyExpected)]
    [InlineData("[a.]", "1:4: a key was expected here, not ']'" + KeyExpected)]
    [InlineData("[.a]", "1:2: a key was expected here, not '.'" + KeyExpected)]
    [InlineData("[a", "1:3: ']' was expected behind the name of the table, not the end of the file.")]
    [InlineData("[a\n]", "1:3: ']' was expected behind the name of the table, not the end of the line.")]
    [InlineData("[a b]", "1:4: ']' was expected behind the name of the table, not 'b'.")]
    [InlineData("[a#b]", "1:3: ']' was expected behind the name of the table, not '#'.")]
    [InlineData("[a]]", "1:4: ']' cannot follow a header; start a new line.")]
    [InlineData("[a][b]", "1:4: '[' cannot follow a header; start a new line.")]
    [InlineData("[[a]", "1:4: ']]' was expected behind the name of the table, not ']'.")]
    [InlineData("[[a] ]", "1:4: ']]' was expected behind the name of the table, not ']'.")]
    [InlineData("[ [a]]", "1:3: a key was expected here, not '['" + KeyExpected)]
    [InlineData("[[]]", "1:3: a key was expected here, not ']'" + KeyExpected)]
    public void A_wrong_header_is_refused(string text, string sentence) => Toml.Refused(text, sentence);
}
