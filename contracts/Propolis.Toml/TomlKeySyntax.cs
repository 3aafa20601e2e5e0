using System.Text;

namespace Propolis.Toml;

/// <summary>How keys are written, for messages and for whoever writes TOML.</summary>
public static class TomlKeySyntax
{
    const int LongestShown = 60;

    /// <summary>
    /// A key the way a message shows it: its parts with dots between, quoted where needed, cut off when it is very long.
    /// </summary>
    public static string Show(params IEnumerable<string> parts)
    {
        var text = string.Join('.', parts.Select(Write));
        return text.Length <= LongestShown ? text : string.Concat(text.AsSpan(0, LongestShown), "...");
    }

    /// <summary>One part of a key as TOML: bare when it can be, otherwise as a basic string.</summary>
    public static string Write(string name)
    {
        if (name.Length > 0 && name.All(c => IsBare(c)))
            return name;
        var text = new StringBuilder("\"");
        foreach (var c in name)
            text.Append(c is '"' or '\\' ? $"\\{c}" : char.IsControl(c) ? $"\\u{(int)c:X4}" : c.ToString());
        return text.Append('"').ToString();
    }

    /// <summary>Whether a character may stand in a key without quotes (TOML 1.0, "Keys").</summary>
    internal static bool IsBare(int c) => c < 0x80 && c >= 0 && (char.IsAsciiLetterOrDigit((char)c) || c is '_' or '-');
}
