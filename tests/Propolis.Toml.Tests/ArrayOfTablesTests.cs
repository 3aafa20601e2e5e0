namespace Propolis.Toml.Tests;

/// <summary>TOML 1.0: "Array of Tables".</summary>
public sealed class ArrayOfTablesTests
{
    [Fact]
    public void Each_header_adds_a_table()
    {
        var products = Assert.IsType<TomlArray>(Toml.Parse("[[p]]\nx = 1\n[[p]]\n[[ p ]]\nx = 3").Get("p"));
        Assert.Equal([1, 0, 1], products.Select(table => ((TomlTable)table).Entries.Count));
    }

    [Fact]
    public void Tables_and_arrays_below_belong_to_the_last_one()
    {
        var root = Toml.Parse("[[f]]\n[f.physical]\na = 1\n[[f.v]]\nb = 1\n[[f.v]]\nb = 2\n[[f]]\n[[f.v]]\nb = 3\n[f.physical]\na = 2");
        var fruits = Assert.IsType<TomlArray>(root.Get("f")).Cast<TomlTable>().ToList();
        Assert.Equal([1, 2], fruits.Select(fruit => fruit.IntegerAt("physical", "a")));
        Assert.Equal([2, 1], fruits.Select(fruit => Assert.IsType<TomlArray>(fruit.Get("v")).Count));
    }

    [Fact]
    public void Dotted_names_make_the_tables_on_the_way() =>
        Assert.Equal(1, Assert.IsType<TomlTable>(Assert.IsType<TomlArray>(Toml.Parse("[[a.b]]\nx = 1").Get("a", "b"))[0]).IntegerAt("x"));

    [Fact]
    public void The_parent_of_an_array_may_be_defined_afterwards() =>
        Assert.Equal(1, Toml.Parse("[[a.b]]\n[a]\ny = 1").IntegerAt("a", "y"));

    const string Once = "; each key and each table can be defined only once.";
    const string Complete = ", and nothing can be added to it here.";

    [Theory]
    [InlineData("[f.p]\n[[f]]", "2:3: f is already a table since line 1" + Once)]
    [InlineData("f = []\n[[f]]", "2:3: f is already an array since line 1" + Once)]
    [InlineData("f = [{}]\n[[f.g]]", "2:3: f is already an array since line 1" + Complete)]
    [InlineData("[[f]]\n[f]", "2:2: f is already an array since line 1" + Once)]
    [InlineData("[[f]]\n[[f.v]]\n[f.v]", "3:4: f.v is already an array since line 2" + Once)]
    [InlineData("[[f]]\n[f.p]\n[[f.p]]", "3:5: f.p is already a table since line 2" + Once)]
    [InlineData("[f]\n[[f]]", "2:3: f is already a table since line 1" + Once)]
    [InlineData("f = 1\n[[f]]", "2:3: f is already an integer since line 1" + Once)]
    [InlineData("[[a.b]]\n[a]\nb.c = 1", "3:1: b is already an array since line 1" + Complete)]
    [InlineData("[[a]]\nb = 1\nb = 2", "3:1: b is already an integer since line 2" + Once)]
    public void An_array_of_tables_grows_only_by_its_header(string text, string sentence) => Toml.Refused(text, sentence);
}
