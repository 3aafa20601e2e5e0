using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Propolis.Scenarios.Sleds;

namespace Propolis.Scenarios.Guests;

/// <summary>Pings an address from a sled five times a second, and notes when each answer came.</summary>
sealed partial class PingWatch : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    readonly Sled _sled;
    readonly string _folder;
    readonly Process _program;
    readonly ConcurrentQueue<(int Number, long At)> _answers = [];
    readonly Task _reading;

    PingWatch(Sled sled, string folder, Process program)
    {
        _sled = sled;
        _folder = folder;
        _program = program;
        _reading = ReadAsync();
    }

    /// <summary>Numbers of the pings that were answered, in the order of the answers.</summary>
    public IReadOnlyList<int> Answered => [.. _answers.Select(answer => answer.Number)];

    /// <summary>Number of pings, as far as their answers tell: those behind the last answer do not count.</summary>
    public int Sent => _answers.Max(answer => answer.Number) + 1;

    /// <summary>Number of pings without an answer.</summary>
    public int Lost => Sent - _answers.Count;

    /// <summary>The longest time without an answer.</summary>
    public TimeSpan LongestGap => _answers.Zip(_answers.Skip(1), (before, after) => Stopwatch.GetElapsedTime(before.At, after.At)).Max();

    /// <summary>Begins.</summary>
    public static async Task<PingWatch> StartAsync(Sled sled, string address)
    {
        var folder = await sled.NewFolderAsync("ping");
        return new PingWatch(sled, folder, sled.Start($"echo $$ >{folder}/pid; exec ping -i 0.2 {address}"));
    }

    /// <summary>Waits until so many pings were answered.</summary>
    public async Task AnswersAsync(int count, TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        while (_answers.Count < count)
        {
            if (deadline.IsCancellationRequested) throw new ScenarioException($"{_answers.Count} pings were answered within {limit.TotalSeconds} s, not {count}.");
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sled.RunAsync($"kill $(cat {_folder}/pid)");
        if (!_program.HasExited) _program.Kill(entireProcessTree: true);
        await _reading;
        _program.Dispose();
    }

    [GeneratedRegex(@"seq=(\d+)")]
    private static partial Regex Sequence();

    async Task ReadAsync()
    {
        while (await _program.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Sequence().Match(line) is { Success: true } answer) _answers.Enqueue((int.Parse(answer.Groups[1].Value, CultureInfo.InvariantCulture), Stopwatch.GetTimestamp()));
        }
    }
}
