namespace Propolis.Toml.Tests;

/// <summary>The bounds of <see cref="TomlLimits"/> and reading from files.</summary>
public sealed class LimitTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("propolis-toml");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_document_of_the_largest_size_is_taken_and_one_more_byte_refused()
    {
        var limits = new TomlLimits { MaxBytes = 10 };
        Assert.Equal(1, TomlDocument.Parse("a = 1 #345", "t.toml", limits).Root.IntegerAt("a"));
        var fromText = Assert.Throws<TomlException>(() => TomlDocument.Parse("a = 1 #34ä", "t.toml", limits));
        var fromBytes = Assert.Throws<TomlException>(() => TomlDocument.Parse("a = 1 #34ä"u8, "t.toml", limits));
        Assert.Equal("t.toml: the file is larger than the limit of 10 bytes.", fromText.Message);
        Assert.Equal(fromText.Message, fromBytes.Message);
    }

    [Fact]
    public void A_file_is_read_up_to_the_largest_size()
    {
        var path = Written("a = 1 #345");
        Assert.Equal(1, TomlDocument.Read(path, new TomlLimits { MaxBytes = 10 }).Root.IntegerAt("a"));
        var e = Assert.Throws<TomlException>(() => TomlDocument.Read(path, new TomlLimits { MaxBytes = 9 }));
        Assert.Equal(path + ": the file is larger than the limit of 9 bytes.", e.Message);
    }

    [Fact]
    public void The_default_size_is_one_mebibyte()
    {
        var comment = "#" + new string('x', 1024 * 1024 - 1);
        Assert.Empty(TomlDocument.Read(Written(comment)).Root.Entries);
        Assert.Throws<TomlException>(() => TomlDocument.Read(Written(comment + "x")));
    }

    [Fact]
    public void An_endless_device_is_refused_at_the_limit() =>
        Assert.Equal("/dev/zero: the file is larger than the limit of 1048576 bytes.",
            Assert.Throws<TomlException>(() => TomlDocument.Read("/dev/zero")).Message);

    [Theory]
    [InlineData("a = [[[]]]", "1:7")]
    [InlineData("a = [{b = []}]", "1:11")]
    [InlineData("a = {b = {c = {}}}", "1:15")]
    [InlineData("a.b.c.d = 1", "1:5")]
    [InlineData("[a.b.c]", "1:6")]
    [InlineData("[[a]]\n[a.b]", "2:4")]
    [InlineData("[[a.b]]", "1:5")]
    [InlineData("[a]\nb = [{}]", "2:6")]
    public void Nesting_beyond_the_limit_is_refused_however_it_is_written(string text, string place)
    {
        TomlDocument.Parse(text, "t.toml", new TomlLimits { MaxDepth = 3 });
        var e = Assert.Throws<TomlException>(() => TomlDocument.Parse(text, "t.toml", new TomlLimits { MaxDepth = 2 }));
        Assert.Equal($"t.toml:{place}: tables and arrays lie deeper in each other than the limit of 2.", e.Message);
    }

    [Fact]
    public void Megabytes_of_brackets_do_not_exhaust_the_stack()
    {
        Assert.Throws<TomlException>(() => Toml.Parse("a = " + new string('[', 1_000_000)));
        Assert.Throws<TomlException>(() => Toml.Parse("a = " + string.Concat(Enumerable.Repeat("{a=", 300_000))));
        Assert.Throws<TomlException>(() => Toml.Parse(string.Join('.', Enumerable.Repeat("a", 500_000)) + " = 1"));
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var path = Path.Combine(_folder.FullName, "missing.toml");
        var e = Assert.Throws<TomlException>(() => TomlDocument.Read(path));
        Assert.Equal(path + ": there is no such file.", e.Message);
        Assert.Equal(TomlPosition.WholeFile, e.Position);
        Assert.IsType<FileNotFoundException>(e.InnerException);
    }

    [Fact]
    public void A_directory_is_no_file() =>
        Assert.Equal(_folder.FullName + ": it is a directory, and a TOML file is needed.",
            Assert.Throws<TomlException>(() => TomlDocument.Read(_folder.FullName)).Message);

    [Fact]
    public void An_empty_name_is_no_file() =>
        Assert.Equal(": it cannot be read (ArgumentException).", Assert.Throws<TomlException>(() => TomlDocument.Read("")).Message);

    string Written(string text)
    {
        var path = Path.Combine(_folder.FullName, "t.toml");
        File.WriteAllText(path, text);
        return path;
    }
}
