using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Propolis.Toml.Tests;

/// <summary>What holds for every document, not only for the examples of the other tests.</summary>
public sealed class PropertyTests
{
    static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2000);

    static readonly Arbitrary<int> Seeds = ArbMap.Default.ArbFor<int>();

    [Fact]
    public void Every_tree_comes_back_from_every_way_to_write_it() =>
        Prop.ForAll(TomlTrees.Arbitrary, Seeds, (tree, seed) =>
        {
            var text = TomlWriter.Write(tree, seed);
            return Same(tree, Parsed(text)).Label(text);
        }).Check(Many);

    [Fact]
    public void Random_bytes_give_a_document_or_one_sentence() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => IsReadOrRefused(bytes)).Check(Many);

    [Fact]
    public void Damaged_documents_give_a_document_or_one_sentence() =>
        Prop.ForAll(TomlTrees.Arbitrary, Seeds, (tree, seed) =>
        {
            var bytes = Damage(Encoding.UTF8.GetBytes(TomlWriter.Write(tree, seed)), new Random(seed));
            return IsReadOrRefused(bytes).Label(Encoding.Latin1.GetString(bytes));
        }).Check(Many);

    [Fact]
    public void Characters_with_a_meaning_in_any_order_give_a_document_or_one_sentence() =>
        Prop.ForAll(Gen.ListOf(Gen.Elements("[", "]", "{", "}", "=", ".", ",", "\"", "'", "\\", "#", "\n", "\r", " ", "a", "1", "-", "_", ":",
                "e", "0x", "\"\"\"", "'''", "2000-01-01", "é", "\0")).Select(parts => string.Concat(parts)).ToArbitrary(),
            text => IsReadOrRefused(Encoding.UTF8.GetBytes(text)).Label(text)).Check(Many);

    static TomlTable Parsed(string text)
    {
        try
        {
            return Toml.Parse(text);
        }
        catch (TomlException e)
        {
            throw new InvalidOperationException($"{e.Message}\n{text}", e);
        }
    }

    static bool IsReadOrRefused(byte[] bytes)
    {
        try
        {
            TomlDocument.Parse(bytes, "t.toml");
            return true;
        }
        catch (TomlException e)
        {
            var lines = bytes.Count(b => b == '\n') + 1;
            return e.Position.Line >= 1 && e.Position.Line <= lines && e.Position.Column >= 1
                && e.Position.Column <= bytes.Length + 1 && !e.Message.Any(char.IsControl);
        }
    }

    const string Meaningful = "[]{}=.,\"'\\#\n\r a1-_:";

    static byte[] Damage(byte[] bytes, Random lots)
    {
        var damaged = bytes.ToList();
        for (var i = 0; i <= lots.Next(3); i++)
        {
            var at = lots.Next(damaged.Count + 1);
            if (at < damaged.Count && lots.Next(2) == 0)
                damaged.RemoveAt(at);
            else
                damaged.Insert(at, (byte)(lots.Next(4) == 0 ? lots.Next(256) : Meaningful[lots.Next(Meaningful.Length)]));
        }
        return [.. damaged];
    }

    static bool Same(object expected, TomlValue actual) => (expected, actual) switch
    {
        (string text, TomlString s) => text == s.Value,
        (long number, TomlInteger i) => number == i.Value,
        (double number, TomlFloat f) => BitConverter.DoubleToInt64Bits(number) == BitConverter.DoubleToInt64Bits(f.Value),
        (bool truth, TomlBoolean b) => truth == b.Value,
        (TomlWriter.Moment moment, TomlDateTime d) => moment.Text == d.ToString(),
        (List<object> items, TomlArray array) => items.Count == array.Count && items.Zip(array).All(pair => Same(pair.First, pair.Second)),
        (Dictionary<string, object> entries, TomlTable table) => entries.Count == table.Entries.Count
            && entries.All(entry => table.TryGet(entry.Key, out var found) && Same(entry.Value, found.Value)),
        _ => false,
    };
}
