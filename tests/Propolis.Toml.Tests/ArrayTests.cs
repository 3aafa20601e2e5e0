namespace Propolis.Toml.Tests;

/// <summary>TOML 1.0: "Array".</summary>
public sealed class ArrayTests
{
    static TomlArray Array(string written) => Assert.IsType<TomlArray>(Toml.Value(written));

    [Theory]
    [InlineData("[]", 0)]
    [InlineData("[ \t ]", 0)]
    [InlineData("[\n# nothing\n\r\n]", 0)]
    [InlineData("[1]", 1)]
    [InlineData("[1,]", 1)]
    [InlineData("[1,2]", 2)]
    [InlineData("[ 1 , 2 , ]", 2)]
    [InlineData("[\n  1, # one\n  2 # two\n  , 3\n  # end\n]", 3)]
    public void An_array_may_span_lines_and_end_with_a_comma(string written, int count) => Assert.Equal(count, Array(written).Count);

    [Fact]
    public void An_array_may_mix_types() => Assert.Equal(
        [TomlKind.Integer, TomlKind.String, TomlKind.Float, TomlKind.Boolean, TomlKind.DateTime, TomlKind.Array, TomlKind.Table],
        Array("[1, 'a', 1.5, true, 12:00:00, [], {}]").Select(value => value.Kind));

    [Fact]
    public void Arrays_nest()
    {
        var inner = Assert.IsType<TomlArray>(Array("[[1, 2], ['a', [3]]]")[1]);
        Assert.Equal(3, Assert.IsType<TomlInteger>(Assert.IsType<TomlArray>(inner[1])[0]).Value);
    }

    [Theory]
    [InlineData("[", "1:5: the array is not closed; end it with ']'.")]
    [InlineData("[1", "1:5: the array is not closed; end it with ']'.")]
    [InlineData("[1,\n\n", "1:5: the array is not closed; end it with ']'.")]
    [InlineData("[1, [2]", "1:5: the array is not closed; end it with ']'.")]
    [InlineData("[,]", "1:6: a value was expected here, not ','.")]
    [InlineData("[1,,2]", "1:8: a value was expected here, not ','.")]
    [InlineData("[1 2]", "1:8: ',' or ']' was expected behind a value of the array, not '2'.")]
    [InlineData("[1}", "1:7: ',' or ']' was expected behind a value of the array, not '}'.")]
    [InlineData("[1]]", "1:8: ']' cannot follow a value; start a new line.")]
    [InlineData("[a = 1]", "1:6: a is no value of TOML; a text needs quotes, a number starts with a digit.")]
    public void A_wrong_array_is_refused(string written, string sentence) => Toml.ValueRefused(written, sentence);
}
