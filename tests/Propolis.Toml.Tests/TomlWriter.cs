using System.Globalization;
using System.Text;

namespace Propolis.Toml.Tests;

/// <summary>
/// Writes a tree as TOML and draws lots wherever TOML leaves a choice: headers, dotted keys or braces, the form of strings and keys,
/// the base of integers, blanks, comments and line ends. A tree is made of string, long, double, bool, <see cref="Moment"/>,
/// List&lt;object&gt; and Dictionary&lt;string, object&gt;.
/// </summary>
sealed class TomlWriter
{
    readonly StringBuilder _text = new();
    readonly Random _lots;

    TomlWriter(int seed) => _lots = new Random(seed);

    /// <summary>A date-time in the form of RFC 3339.</summary>
    public sealed record Moment(string Text);

    public static string Write(Dictionary<string, object> root, int seed)
    {
        var writer = new TomlWriter(seed);
        writer.WriteBody([], root);
        return writer._text.ToString();
    }

    /// <summary>Keys first, then what gets headers of its own: behind a header, keys would belong to it.</summary>
    void WriteBody(List<string> path, Dictionary<string, object> table)
    {
        var behindHeaders = table.Where(entry => CanHaveHeader(entry.Value) && Chance(2)).ToList();
        foreach (var (name, value) in table.Except(behindHeaders))
            WriteKeyValue([name], value);
        foreach (var (name, value) in behindHeaders)
            WriteHeaders([.. path, name], value);
    }

    static bool CanHaveHeader(object value) =>
        value is Dictionary<string, object> || (value is List<object> { Count: > 0 } list && list.All(item => item is Dictionary<string, object>));

    void WriteHeaders(List<string> path, object value)
    {
        if (value is Dictionary<string, object> table)
        {
            WriteHeader("[", path, "]", table);
            return;
        }
        foreach (var item in (List<object>)value)
            WriteHeader("[[", path, "]]", (Dictionary<string, object>)item);
    }

    void WriteHeader(string open, List<string> path, string close, Dictionary<string, object> table)
    {
        _text.Append(Blanks() + open + Key(path) + close);
        EndLine();
        WriteBody(path, table);
    }

    void WriteKeyValue(List<string> path, object value)
    {
        if (value is Dictionary<string, object> { Count: > 0 } table && Chance(2))
        {
            foreach (var (name, inner) in table)
                WriteKeyValue([.. path, name], inner);
            return;
        }
        _text.Append(Key(path) + "=" + Blanks() + Value(value, oneLine: false));
        EndLine();
    }

    string Key(List<string> path) => string.Join('.', path.Select(name => Blanks() + KeyPart(name) + Blanks()));

    string KeyPart(string name)
    {
        if (name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') && Chance(2))
            return name;
        return IsLiteral(name) && !name.Contains('\n', StringComparison.Ordinal) && Chance(2) ? $"'{name}'" : Basic(name);
    }

    string Value(object value, bool oneLine) => value switch
    {
        string text => Text(text),
        long number => Integer(number),
        double number => Float(number),
        bool truth => truth ? "true" : "false",
        Moment moment => moment.Text,
        List<object> list => Array(list, oneLine),
        Dictionary<string, object> table => InlineTable(table),
        _ => throw new ArgumentException("no part of a tree", nameof(value)),
    };

    string Array(List<object> items, bool oneLine)
    {
        var comma = items.Count > 0 && Chance(3) ? "," : "";
        var between = items.Select(item => Space(oneLine) + Value(item, oneLine) + Space(oneLine));
        return "[" + string.Join(',', between) + comma + Space(oneLine) + "]";
    }

    string InlineTable(Dictionary<string, object> table) =>
        "{" + string.Join(',', table.Select(entry => Key([entry.Key]) + "=" + Blanks() + Value(entry.Value, oneLine: true) + Blanks())) + "}";

    string Text(string value) => _lots.Next(4) switch
    {
        0 when IsLiteral(value) && !value.Contains('\n', StringComparison.Ordinal) => $"'{value}'",
        1 when IsLiteral(value) => $"'''{Newline()}{value}'''",
        2 => $"\"\"\"{Newline()}{MultiLine(value)}\"\"\"",
        _ => Basic(value),
    };

    static bool IsLiteral(string value) => !value.Contains('\'', StringComparison.Ordinal) && !value.Any(c => c != '\n' && MustEscape(c));

    static bool MustEscape(char c) => c is (< ' ' and not '\t') or '\u007F';

    string Basic(string value) => "\"" + string.Concat(value.EnumerateRunes().Select(Escaped)) + "\"";

    /// <summary>A joined line swallows blanks and line ends, so those stand as escapes behind one.</summary>
    string MultiLine(string value)
    {
        var text = new StringBuilder();
        var joined = false;
        foreach (var rune in value.EnumerateRunes())
        {
            text.Append(rune.Value == '\n' && !joined && Chance(2) ? Newline() : Escaped(rune));
            joined = Chance(8);
            text.Append(joined ? "\\" + Blanks() + Newline() + Blanks() : "");
        }
        return text.ToString();
    }

    string Escaped(Rune rune) => rune.Value switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        _ when Chance(6) || (rune.IsBmp && MustEscape((char)rune.Value)) || rune.Value is ' ' or '\t' =>
            rune.IsBmp ? $"\\u{rune.Value:x4}" : $"\\U{rune.Value:X8}",
        _ => rune.ToString(),
    };

    string Integer(long number)
    {
        var (prefix, digits) = (number < 0 ? 0 : _lots.Next(4)) switch
        {
            1 => ("0x", number.ToString(Chance(2) ? "x" : "X4", CultureInfo.InvariantCulture)),
            2 => ("0o", Convert.ToString(number, 8)),
            3 => ("0b", Convert.ToString(number, 2)),
            _ => (number < 0 ? "-" : Chance(4) ? "+" : "", number.ToString(CultureInfo.InvariantCulture).TrimStart('-')),
        };
        return prefix + (Chance(2) ? string.Join('_', digits.Chunk(3).Select(chunk => new string(chunk))) : digits);
    }

    static string Float(double number)
    {
        if (double.IsNaN(number))
            return "nan";
        if (double.IsInfinity(number))
            return number > 0 ? "inf" : "-inf";
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny(".E") ? text : text + ".0";
    }

    void EndLine()
    {
        _text.Append(Blanks() + (Chance(4) ? "# [x] = \"" : "") + Newline());
        if (Chance(6))
            _text.Append("\t# between" + Newline());
    }

    /// <summary>What may stand between the values of an array; nothing but blanks inside braces.</summary>
    string Space(bool oneLine) => oneLine || !Chance(3) ? Blanks() : "# ,]" + Newline() + Blanks();

    string Blanks() => new(Chance(2) ? ' ' : '\t', _lots.Next(3));

    string Newline() => Chance(2) ? "\n" : "\r\n";

    bool Chance(int oneIn) => _lots.Next(oneIn) == 0;
}
