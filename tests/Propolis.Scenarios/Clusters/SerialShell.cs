using System.Diagnostics;
using System.Globalization;
using Propolis.Scenarios.Guests;

namespace Propolis.Scenarios.Clusters;

/// <summary>A guest's shell over a program that is joined to its serial port, as a person types: prompt and echo are there, and what was said before, too.</summary>
public sealed class SerialShell : IAsyncDisposable
{
    const string Prompt = "guest# ";

    static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    static int lastMark;

    readonly Process _program;
    readonly SerialText _text = new();
    readonly Task _reading;
    int _seen;

    internal SerialShell(Process program)
    {
        _program = program;
        _reading = ReadAsync();
    }

    /// <summary>Runs one line; returns its output without the last line end.</summary>
    public async Task<string> RunAsync(string command)
    {
        // What is typed before the serial port is joined is lost: its history comes first.
        if (_seen == 0) _seen = await _text.WaitForAsync(Prompt, 0, Limit);
        // The quotes keep the echo of what is typed apart from what the shell says.
        var mark = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Interlocked.Increment(ref lastMark)}");
        await _program.StandardInput.WriteAsync($"echo @'begin'-{mark}; {command}; echo @'end'-{mark}\n");
        await _program.StandardInput.FlushAsync();
        var from = await _text.WaitForAsync($"@begin-{mark}\n", _seen, Limit);
        _seen = await _text.WaitForAsync($"@end-{mark}", from, Limit);
        return _text.Between(from, _seen - $"@end-{mark}".Length).TrimEnd('\n');
    }

    /// <summary>Types; waits for nothing.</summary>
    public async Task TypeAsync(string text)
    {
        await _program.StandardInput.WriteAsync(text);
        await _program.StandardInput.FlushAsync();
    }

    /// <summary>Everything that was said since the last call of this or of <see cref="RunAsync"/>, up to the next time that the guest says this.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        var from = _seen;
        _seen = await _text.WaitForAsync(text, from, Limit);
        return _text.Between(from, _seen);
    }

    /// <summary>Everything that was said since the last call of one of these, up to now.</summary>
    public string ReadAll()
    {
        var from = _seen;
        _seen = _text.Length;
        return _text.Between(from, _seen);
    }

    /// <summary>Leaves the serial port.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_program.HasExited) _program.Kill(entireProcessTree: true);
        await _reading;
        _program.Dispose();
    }

    async Task ReadAsync()
    {
        var buffer = new byte[16384];
        while (await _program.StandardOutput.BaseStream.ReadAsync(buffer) is var count and > 0) _text.Append(buffer.AsSpan(0, count));
        _text.End();
    }
}
