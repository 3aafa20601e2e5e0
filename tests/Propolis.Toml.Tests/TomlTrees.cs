using FsCheck;
using FsCheck.Fluent;

namespace Propolis.Toml.Tests;

/// <summary>Trees of any shape for property tests, in the form that <see cref="TomlWriter"/> takes.</summary>
static class TomlTrees
{
    static readonly string[] Names = ["a", "b", "key-2", "1", "", "a.b", "with 'quote'", "\"", "é🦀", "\u0001\n"];
    static readonly string[] Texts = ["", "a", " blank ", "\"\"\"", "'''", "\\n", "#", "é€🦀\u0080", "\0\u001F\u007F", "two\nlines\n", "\t=", "]"];
    static readonly string[] Moments =
        ["2000-02-29", "23:59:60.5", "0001-01-01T00:00:00", "1979-05-27T07:32:00Z", "1979-05-27T00:32:00.999999999-07:30"];
    static readonly double[] Floats =
        [0.0, -0.0, 1.5, double.MaxValue, double.Epsilon, 1e22, 123456.789, double.PositiveInfinity, double.NegativeInfinity, double.NaN];
    static readonly long[] Integers = [0, 1, -1, 42, 1000, long.MaxValue, long.MinValue, 0xDEADBEEF];

    public static Arbitrary<Dictionary<string, object>> Arbitrary { get; } = Arb.From(Gen.Sized(size => Table(Math.Min(4, 1 + size / 20))), Shrink);

    static Gen<Dictionary<string, object>> Table(int depth) =>
        from names in Gen.SubListOf(Names)
        from values in Gen.ListOf(Value(depth), names.Count)
        select names.Distinct().Zip(values).ToDictionary(pair => pair.First, pair => pair.Second);

    static Gen<object> Value(int depth)
    {
        var scalar = Gen.OneOf(
            Gen.Elements(Texts).Select(o => (object)o),
            Gen.Elements(Integers).Select(o => (object)o),
            Gen.Elements(Floats).Select(o => (object)o),
            Gen.Elements(true, false).Select(o => (object)o),
            Gen.Elements(Moments).Select(o => (object)new TomlWriter.Moment(o)));
        if (depth == 0)
            return scalar;
        var table = Table(depth - 1).Select(o => (object)o);
        return Gen.OneOf(scalar, scalar, table, Items(Value(depth - 1)), Items(table));
    }

    static Gen<object> Items(Gen<object> item) =>
        Gen.Choose(0, 3).SelectMany(count => Gen.ListOf(item, count)).Select(items => (object)items.ToList());

    static IEnumerable<Dictionary<string, object>> Shrink(Dictionary<string, object> table)
    {
        foreach (var name in table.Keys)
            yield return table.Where(entry => entry.Key != name).ToDictionary();
        foreach (var (name, value) in table)
            foreach (var smaller in ShrinkValue(value))
                yield return new Dictionary<string, object>(table) { [name] = smaller };
    }

    static IEnumerable<object> ShrinkValue(object value) => value switch
    {
        Dictionary<string, object> table => Shrink(table),
        List<object> list => list.Select((_, i) => list.Where((_, j) => j != i).ToList()),
        _ => [],
    };
}
