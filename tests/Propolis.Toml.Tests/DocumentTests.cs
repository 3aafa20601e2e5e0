using System.Text;

namespace Propolis.Toml.Tests;

/// <summary>TOML 1.0: "Spec", "Comment", "Key/Value Pair".</summary>
public sealed class DocumentTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" \t")]
    [InlineData("\n")]
    [InlineData("\r\n\r\n")]
    [InlineData("# only a comment")]
    [InlineData("# a tab\tand Zürich 🦀 are fine\n#\n")]
    public void A_document_may_be_empty(string text) => Assert.Empty(Toml.Parse(text).Entries);

    [Fact]
    public void Comments_end_at_the_line_and_not_inside_strings()
    {
        var root = Toml.Parse("# whole line\na = 1 # end\nb = \"# not a comment\"\n[c] # header\nd=2#tight\n");
        Assert.Equal(1, root.IntegerAt("a"));
        Assert.Equal("# not a comment", Assert.IsType<TomlString>(root.Get("b")).Value);
        Assert.Equal(2, root.IntegerAt("c", "d"));
    }

    [Fact]
    public void Both_line_ends_may_be_mixed_and_the_last_may_miss() =>
        Assert.Equal([1, 2, 3], Toml.Parse("a=1\r\nb=2\nc=3").Entries.Select(e => ((TomlInteger)e.Value).Value));

    [Fact]
    public void Keys_keep_the_order_of_the_file() =>
        Assert.Equal(["z", "a", "m"], Toml.Parse("z=1\na=2\nm=3").Entries.Select(e => e.Name));

    [Fact]
    public void Keys_and_values_know_their_place()
    {
        var root = Toml.Parse("# 🦀\n  \"🦀\" = [1, \"x\"]\n[t]\n\tu.v = 2024-02-29\n");
        Assert.Equal(new TomlPosition(2, 3), root.Entries[0].Position);
        var array = Assert.IsType<TomlArray>(root.Entries[0].Value);
        Assert.Equal(new TomlPosition(2, 9), array.Position);
        Assert.Equal([new TomlPosition(2, 10), new TomlPosition(2, 13)], array.Select(v => v.Position));
        Assert.Equal(new TomlPosition(3, 2), root.Get("t").Position);
        Assert.Equal(new TomlPosition(4, 2), root.Get("t", "u").Position);
        Assert.Equal(new TomlPosition(4, 8), root.Get("t", "u", "v").Position);
    }

    [Theory]
    [InlineData("a", "1:2: '=' was expected behind the key, not the end of the file.")]
    [InlineData("a\n= 1", "1:2: '=' was expected behind the key, not the end of the line.")]
    [InlineData("a b = 1", "1:3: '=' was expected behind the key, not 'b'.")]
    [InlineData("a =", "1:4: a value was expected here, not the end of the file.")]
    [InlineData("a =\n1", "1:4: a value was expected here, not the end of the line.")]
    [InlineData("a = # c", "1:5: a value was expected here, not '#'.")]
    [InlineData("a = 1 b = 2", "1:7: 'b' cannot follow a value; start a new line.")]
    [InlineData("[a] b = 2", "1:5: 'b' cannot follow a header; start a new line.")]
    [InlineData("a = 1,", "1:6: ',' cannot follow a value; start a new line.")]
    public void A_line_holds_one_key_and_one_value(string text, string sentence) => Toml.Refused(text, sentence);

    [Theory]
    [InlineData("# \u0000", "1:3: the character U+0000 cannot stand in a comment.")]
    [InlineData("# \u001F", "1:3: the character U+001F cannot stand in a comment.")]
    [InlineData("# \u007F", "1:3: the character U+007F cannot stand in a comment.")]
    [InlineData("# a\rb", "1:4: the character U+000D cannot stand in a comment.")]
    [InlineData("a = 1\r", "1:6: the character U+000D cannot follow a value; start a new line.")]
    [InlineData("a = 1\u000B", "1:6: the character U+000B cannot follow a value; start a new line.")]
    [InlineData("a = 1\u00A0", "1:6: the character U+00A0 cannot follow a value; start a new line.")]
    public void Control_characters_and_other_blanks_are_refused(string text, string sentence) => Toml.Refused(text, sentence);

    [Fact]
    public void A_byte_order_mark_is_skipped_at_the_start_only()
    {
        Assert.Equal(1, TomlDocument.Parse("\uFEFFa = 1"u8, "t.toml").Root.IntegerAt("a"));
        Toml.Refused("a = 1\n\uFEFFb = 2",
            "2:1: a key was expected here, not the character U+FEFF; keys are made of A-Z a-z 0-9 _ - or stand in quotes.");
    }

    [Fact]
    public void The_byte_order_mark_is_skipped_in_text_too() => Assert.Equal(1, Toml.Parse("\uFEFFa = 1").IntegerAt("a"));

    [Theory]
    [InlineData(new byte[] { 0x61, 0x3D, 0x22, 0xC3, 0x22 }, "1:4: the byte 0xC3 is not valid UTF-8 here; save the file as UTF-8.")]
    [InlineData(new byte[] { 0x23, 0x0A, 0x23, 0xFF }, "2:2: the byte 0xFF is not valid UTF-8 here; save the file as UTF-8.")]
    [InlineData(new byte[] { 0x23, 0xED, 0xA0, 0x80 }, "1:2: the byte 0xED is not valid UTF-8 here; save the file as UTF-8.")]
    [InlineData(new byte[] { 0x23, 0xC0, 0x80 }, "1:2: the byte 0xC0 is not valid UTF-8 here; save the file as UTF-8.")]
    [InlineData(new byte[] { 0x23, 0xF4, 0x90, 0x80, 0x80 }, "1:2: the byte 0xF4 is not valid UTF-8 here; save the file as UTF-8.")]
    [InlineData(new byte[] { 0x23, 0xE2, 0x82 }, "1:2: the byte 0xE2 is not valid UTF-8 here; save the file as UTF-8.")]
    public void Only_valid_utf8_is_taken(byte[] bytes, string sentence) =>
        Assert.Equal("t.toml:" + sentence, Assert.Throws<TomlException>(() => TomlDocument.Parse(bytes, "t.toml")).Message);

    [Fact]
    public void Half_a_surrogate_pair_is_refused() =>
        Toml.Refused("a = 1\nb = \"" + (char)0xD800 + "\"", "2:6: half a surrogate pair is not a Unicode character.");

    [Fact]
    public void Bytes_and_text_give_the_same_tree()
    {
        const string text = "a = \"Zürich 🦀\"";
        var fromBytes = TomlDocument.Parse(Encoding.UTF8.GetBytes(text), "t.toml").Root;
        Assert.Equal("Zürich 🦀", Assert.IsType<TomlString>(fromBytes.Get("a")).Value);
        Assert.Equal("Zürich 🦀", Toml.String("\"Zürich 🦀\""));
    }

    [Fact]
    public void The_error_keeps_its_parts()
    {
        var e = Assert.Throws<TomlException>(() => TomlDocument.Parse("a = 1\nb = ", "x.toml"));
        Assert.Equal("x.toml", e.FileName);
        Assert.Equal(new TomlPosition(2, 5), e.Position);
        Assert.Equal("a value was expected here, not the end of the file", e.Reason);
    }
}
