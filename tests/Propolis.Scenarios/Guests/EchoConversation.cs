using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Propolis.Scenarios.Sleds;

namespace Propolis.Scenarios.Guests;

/// <summary>One TCP connection from a sled to an echo service in a guest: numbered lines go out at a steady pace until <see cref="EndAsync"/>, and what comes back is kept. It is never made a second time.</summary>
sealed class EchoConversation : IAsyncDisposable
{
    static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(60);

    readonly Process _program;
    readonly CancellationTokenSource _enough = new();
    readonly ConcurrentQueue<long> _sent = [];
    readonly ConcurrentQueue<(string Text, long At)> _back = [];
    readonly Task _writing;
    readonly Task _reading;

    EchoConversation(Process program)
    {
        _program = program;
        _writing = WriteAsync();
        _reading = ReadAsync();
    }

    /// <summary>Number of lines that went out.</summary>
    public int Sent => _sent.Count;

    /// <summary>Number of lines that came back.</summary>
    public int Back => _back.Count;

    /// <summary>What came back.</summary>
    public IEnumerable<string> Lines => _back.Select(line => line.Text);

    /// <summary>The longest time that a line took to come back.</summary>
    public TimeSpan LongestWait => _sent.Zip(_back, (sent, back) => Stopwatch.GetElapsedTime(sent, back.At)).Max();

    /// <summary>Connects, and begins to talk.</summary>
    public static EchoConversation Start(Sled sled, string address, int port) => new(sled.Start($"exec socat -t 60 - TCP:{address}:{port}"));

    /// <summary>What comes back of <paramref name="count"/> lines when none is lost or doubled.</summary>
    public static IEnumerable<string> Expected(int count) => Enumerable.Range(1, count).Select(Line);

    /// <summary>Waits until so many lines came back. Throws <see cref="ScenarioException"/> when the connection ends or the limit passes before.</summary>
    public async Task ComesBackAsync(int count, TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        while (Back < count)
        {
            if (deadline.IsCancellationRequested || _reading.IsCompleted)
                throw new ScenarioException($"Of {Sent} lines {Back} came back, not {count}; the connection {(_reading.IsCompleted ? $"has ended: {await _program.StandardError.ReadToEndAsync(CancellationToken.None)}" : "stands still")}.");
            await Task.Delay(Pace, CancellationToken.None);
        }
    }

    /// <summary>Sends no more, waits until everything is back, closes the connection, and waits until the other side has closed it, too. Returns the exit code of the program that held it.</summary>
    public async Task<int> EndAsync()
    {
        await StopWritingAsync();
        await ComesBackAsync(Sent, EndLimit);
        _program.StandardInput.Close();
        await _reading.WaitAsync(EndLimit);
        using var deadline = new CancellationTokenSource(EndLimit);
        await _program.WaitForExitAsync(deadline.Token);
        return _program.ExitCode;
    }

    /// <summary>Breaks the connection if it still stands.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopWritingAsync();
        if (!_program.HasExited) _program.Kill(entireProcessTree: true);
        await _reading;
        _program.Dispose();
        _enough.Dispose();
    }

    static string Line(int number) => string.Create(CultureInfo.InvariantCulture, $"line {number}");

    async Task StopWritingAsync()
    {
        await _enough.CancelAsync();
        await _writing;
    }

    async Task WriteAsync()
    {
        try
        {
            for (var number = 1; !_enough.IsCancellationRequested; number++)
            {
                _sent.Enqueue(Stopwatch.GetTimestamp());
                await _program.StandardInput.WriteAsync($"{Line(number)}\n");
                await _program.StandardInput.FlushAsync();
                await Task.Delay(Pace, _enough.Token);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or IOException)
        {
            // Enough was said, or the connection is gone: then what came back tells it.
        }
    }

    async Task ReadAsync()
    {
        while (await _program.StandardOutput.ReadLineAsync() is { } line) _back.Enqueue((line, Stopwatch.GetTimestamp()));
    }
}
