namespace Propolis.Toml.Tests;

/// <summary>TOML 1.0: "Inline Table".</summary>
public sealed class InlineTableTests
{
    [Theory]
    [InlineData("a = {}", "a", 0)]
    [InlineData("a = { \t }", "a", 0)]
    [InlineData("a = {x=1}", "a", 1)]
    [InlineData("a = { x = 1 , y = 2 }", "a", 2)]
    [InlineData("a = { b = { c = {} } }", "a|b", 1)]
    [InlineData("a = { b.c = 1, b.d = 2 }", "a|b", 2)]
    [InlineData("a = { 'b c' = 1, \"\" = 2 }", "a", 2)]
    [InlineData("a = { x = [\n1,\n2 # here\n] }", "a", 1)]
    [InlineData("a = { x = '''\n1\n''' }", "a", 1)]
    public void An_inline_table_stands_on_one_line(string text, string path, int count) =>
        Assert.Equal(count, Assert.IsType<TomlTable>(Toml.Parse(text).Get(path.Split('|'))).Entries.Count);

    const string Once = "; each key and each table can be defined only once.";
    const string Complete = ", and nothing can be added to it here.";

    [Theory]
    [InlineData("a = {x=1}\na.y = 2", "2:1: a is already a table since line 1" + Complete)]
    [InlineData("a = {x=1}\n[a]", "2:2: a is already a table since line 1" + Once)]
    [InlineData("a = {x=1}\n[a.b]", "2:2: a is already a table since line 1" + Complete)]
    [InlineData("a = {b.c=1}\n[a.b.d]", "2:2: a is already a table since line 1" + Complete)]
    [InlineData("[t]\na = {}\n[[t.a]]", "3:5: t.a is already a table since line 2" + Once)]
    [InlineData("[t]\na.b = {}\n[t.a.b.c]", "3:6: t.a.b is already a table since line 2" + Complete)]
    [InlineData("a = {b={}, b.c=1}", "1:12: b is already a table since line 1" + Complete)]
    [InlineData("a.b = 1\na = {c=1}", "2:1: a is already a table since line 1" + Once)]
    [InlineData("a = {x=1, x=2}", "1:11: x is already an integer since line 1" + Once)]
    [InlineData("a = {x.y=1, x=2}", "1:13: x is already a table since line 1" + Once)]
    public void An_inline_table_is_complete(string text, string sentence) => Toml.Refused(text, sentence);

    const string NotOnOneLine = "1:5: the inline table does not end on its line; close it with '}' there, or use a [header].";

    [Theory]
    [InlineData("{", NotOnOneLine)]
    [InlineData("{\n}", NotOnOneLine)]
    [InlineData("{x=1\n}", NotOnOneLine)]
    [InlineData("{x=1,\ny=2}", NotOnOneLine)]
    [InlineData("{x=1 # c\n}", NotOnOneLine)]
    [InlineData("{x=1,}", "1:10: the last value of an inline table takes no comma; leave it away.")]
    [InlineData("{,}", "1:6: a key was expected here, not ','; keys are made of A-Z a-z 0-9 _ - or stand in quotes.")]
    [InlineData("{x=1,,y=2}", "1:10: a key was expected here, not ','; keys are made of A-Z a-z 0-9 _ - or stand in quotes.")]
    [InlineData("{x=1 y=2}", "1:10: ',' or '}' was expected behind a value of the inline table, not 'y'.")]
    [InlineData("{x}", "1:7: '=' was expected behind the key, not '}'.")]
    [InlineData("{x=}", "1:8: a value was expected here, not '}'.")]
    [InlineData("{x=1]", "1:9: ',' or '}' was expected behind a value of the inline table, not ']'.")]
    [InlineData("{x=1}}", "1:10: '}' cannot follow a value; start a new line.")]
    public void A_wrong_inline_table_is_refused(string written, string sentence) => Toml.ValueRefused(written, sentence);
}
