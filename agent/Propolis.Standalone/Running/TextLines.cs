using System.Text;

namespace Propolis.Standalone.Running;

/// <summary>Joins characters that arrive one by one, from several threads, to lines. A line that does not end is handed on when it is full.</summary>
sealed class TextLines(Action<string> onLine)
{
    const int MaxLine = 1024;

    readonly Lock _gate = new();
    readonly StringBuilder _line = new();

    /// <summary>Takes text; what ASCII does not print is left out.</summary>
    public void Write(ReadOnlySpan<byte> text)
    {
        foreach (var character in text)
        {
            if (Complete(character) is { } line) onLine(line);
        }
    }

    string? Complete(byte character)
    {
        lock (_gate)
        {
            if (character is >= 0x20 and < 0x7f) _line.Append((char)character);
            if (character != '\n' && _line.Length < MaxLine) return null;
            var line = _line.ToString();
            _line.Clear();
            return line;
        }
    }
}
