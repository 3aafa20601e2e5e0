using System.Collections.Concurrent;
using System.Diagnostics;
using Propolis.Contracts.Hosting;

namespace Propolis.Silo.Orleans.Tests.Processes;

/// <summary>
/// Callers who make things, one after the other each. A call that fails is made again with the same operation id at the next silo, as agents
/// and services do it.
/// </summary>
/// <param name="silos">The silos, at any of which a call may be made.</param>
/// <param name="prefix">What the things' keys start with.</param>
/// <param name="steps">The calls that make one.</param>
sealed class Burst(IReadOnlyList<IGrains> silos, string prefix, params Func<IGrains, string, Task>[] steps)
{
    const int Callers = 16;

    static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(60);

    readonly ConcurrentBag<double> _calls = [];
    readonly ConcurrentQueue<long> _answers = [];
    readonly TaskCompletionSource _half = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _next;

    /// <summary>The things whose every step was acknowledged.</summary>
    public ConcurrentBag<string> Acknowledged { get; } = [];

    /// <summary>The longest call, repetitions included, in seconds.</summary>
    public double Longest => _calls.Max();

    /// <summary>The longest time without any answer, in seconds.</summary>
    public double LongestSilence => _answers.Order().ToArray() is { Length: > 1 } at ? at.Zip(at.Skip(1), (a, b) => Stopwatch.GetElapsedTime(a, b).TotalSeconds).Max() : 0;

    /// <summary>Makes so many things, and has an accident when half of them are made.</summary>
    public async Task RunAsync(int count, Func<Task> accident)
    {
        var callers = Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(caller, count))));
        await Task.WhenAny(callers, _half.Task);
        await accident();
        await callers;
    }

    async Task CallAsync(int caller, int count)
    {
        while (Interlocked.Increment(ref _next) is { } number && number <= count)
        {
            var key = $"{prefix}{number}";
            foreach (var step in steps)
                await RepeatAsync(caller, grains => step(grains, key));
            Acknowledged.Add(key);
            if (Acknowledged.Count >= count / 2)
                _half.TrySetResult();
        }
    }

    async Task RepeatAsync(int first, Func<IGrains, Task> call)
    {
        var began = Stopwatch.GetTimestamp();
        for (var silo = first; ; silo++)
        {
            try
            {
                await call(silos[silo % silos.Count]);
                break;
            }
            catch (GrainCallException) when (Stopwatch.GetElapsedTime(began) < CallLimit)
            {
                await Task.Delay(20);
            }
        }
        _answers.Enqueue(Stopwatch.GetTimestamp());
        _calls.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
    }
}
