namespace Propolis.Standalone.Running;

/// <summary>One line an event on a text writer; lines of several threads do not mix.</summary>
sealed class Log(TextWriter writer, LogLevel level)
{
    readonly Lock _gate = new();

    /// <summary>True when lines of this level are written.</summary>
    public bool IsOn(LogLevel asked) => asked <= level;

    /// <summary>Writes a line if its level is on.</summary>
    public void Write(LogLevel asked, string text)
    {
        if (!IsOn(asked)) return;
        // A terminal may be raw: the carriage return keeps lines at the left edge.
        lock (_gate) writer.Write($"propolis-standalone: {text}\r\n");
    }
}
