namespace Propolis.Toml.Tests;

/// <summary>Short words for the tests of single rules. The document is always called t.toml.</summary>
static class Toml
{
    public static TomlTable Parse(string text) => TomlDocument.Parse(text, "t.toml").Root;

    /// <summary>The value of a document that holds only <c>a = ...</c>.</summary>
    public static TomlValue Value(string written) => Parse("a = " + written).Get("a");

    public static string String(string written) => Assert.IsType<TomlString>(Value(written)).Value;

    public static long Integer(string written) => Assert.IsType<TomlInteger>(Value(written)).Value;

    public static double Float(string written) => Assert.IsType<TomlFloat>(Value(written)).Value;

    public static TomlValue Get(this TomlTable table, params string[] path)
    {
        TomlValue value = table;
        foreach (var name in path)
            value = Assert.IsType<TomlTable>(value).TryGet(name, out var entry) ? entry.Value : throw new KeyNotFoundException(name);
        return value;
    }

    public static long IntegerAt(this TomlTable table, params string[] path) => Assert.IsType<TomlInteger>(table.Get(path)).Value;

    /// <summary>Asserts that a document is refused with exactly one sentence, given without the file name.</summary>
    public static void Refused(string text, string sentence) =>
        Assert.Equal("t.toml:" + sentence, Assert.Throws<TomlException>(() => Parse(text)).Message);

    /// <summary>Asserts that the value of a document <c>a = ...</c> is refused; the place counts from its own column 5.</summary>
    public static void ValueRefused(string written, string sentence) => Refused("a = " + written, sentence);
}
