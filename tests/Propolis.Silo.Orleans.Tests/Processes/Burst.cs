using System.Collections.Concurrent;
using System.Diagnostics;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Volumes;

namespace Propolis.Silo.Orleans.Tests.Processes;

/// <summary>
/// Callers who make volumes and check them out, one after the other each. A call that fails is made again with the same operation id, at the
/// next silo, as agents and services do it.
/// </summary>
/// <param name="silos">The silos, at any of which a call may be made.</param>
sealed class Burst(IReadOnlyList<IGrains> silos)
{
    const int Callers = 16;

    static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(60);

    readonly ConcurrentBag<double> _calls = [];
    readonly ConcurrentQueue<long> _answers = [];
    int _next;

    /// <summary>The volumes whose creation and checkout were acknowledged.</summary>
    public ConcurrentBag<string> Acknowledged { get; } = [];

    /// <summary>The longest call, repetitions included, in seconds.</summary>
    public double Longest => _calls.Max();

    /// <summary>The longest time without any answer, in seconds.</summary>
    public double LongestSilence => _answers.Order().ToArray() is { Length: > 1 } at ? at.Zip(at.Skip(1), (a, b) => Stopwatch.GetElapsedTime(a, b).TotalSeconds).Max() : 0;

    /// <summary>Runs until stopped; calls that are under way are finished.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(caller, stop), CancellationToken.None)));

    async Task CallAsync(int caller, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var key = $"vol-burst-{Interlocked.Increment(ref _next)}";
            await RepeatAsync(caller, async grains => Assert.Null((await grains.Get<IVolumeGrain>(key).CreateAsync(Create(key))).Refusal));
            await RepeatAsync(caller, async grains => Assert.Equal(1, (await grains.Get<IVolumeGrain>(key).CheckoutAsync(CheckOut(key))).Value!.Generation));
            Acknowledged.Add(key);
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

    static CreateVolume Create(string key) => new()
    {
        OperationId = $"create-{key}",
        Actor = "test",
        Template = new() { Project = "p", Name = key, Kind = VolumeKind.Memory, SizeBytes = 512 },
    };

    static CheckoutRequest CheckOut(string key) => new()
    {
        OperationId = $"checkout-{key}",
        Holder = new() { Instance = InstanceId.Make("inst-a"), Incarnation = 1 },
        Reason = "start",
    };
}
