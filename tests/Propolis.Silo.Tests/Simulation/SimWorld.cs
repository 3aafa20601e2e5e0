using Propolis.Silo.Sleds;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Simulation;

/// <summary>One simulated cluster: seed, clock, scheduler, store, sleds, a silo and those that came before it.</summary>
sealed class SimWorld
{
    public SimWorld(int seed)
    {
        Seed = seed;
        Random = new(seed);
        Scheduler = new(Random);
        Store = new(this);
        History = new(this);
        Network = new(this);
    }

    public int Seed { get; }

    public Random Random { get; }

    public SimTime Time { get; } = new();

    public SimScheduler Scheduler { get; }

    public SimFaults Faults { get; set; } = SimFaults.None;

    public SimStore Store { get; init; }

    public SimHistory History { get; }

    public SimNetwork Network { get; }

    public SortedDictionary<string, SimAgent> Agents { get; } = new(StringComparer.Ordinal);

    /// <summary>What stands between silos and the store; planted bugs put something else here.</summary>
    public Func<IEntityStore, IEntityStore> WrapStore { get; init; } = store => store;

    /// <summary>What stands between silos and agents.</summary>
    public Func<ISledClient, ISledClient> WrapClient { get; init; } = client => client;

    public SimSilo? Silo { get; set; }

    public bool Happens(double probability) => probability > 0 && Random.NextDouble() < probability;

    /// <summary>Lets others run; sometimes time passes.</summary>
    public Task PauseAsync(int longestMs)
    {
        var time = Random.Next(longestMs + 1);
        return time == 0 ? SwitchAsync() : Time.Delay(TimeSpan.FromMilliseconds(time));
    }

    public static async Task SwitchAsync() => await Task.Yield();

    /// <summary>Starts something that goes on by itself; what it throws is a fault of the simulation.</summary>
    public Task Start(Func<Task> work) => Task.Factory.StartNew(() => WatchAsync(work), CancellationToken.None, TaskCreationOptions.None, Scheduler).Unwrap();

    async Task WatchAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e)
        {
            History.Violate($"the simulation failed: {e}");
        }
    }

    /// <summary>Runs everything for a while.</summary>
    public void RunFor(TimeSpan time)
    {
        var until = Time.Now + time;
        do
        {
            while (Scheduler.RunOne())
            {
            }
        }
        while (Time.RunNext(until));
    }

    /// <summary>Runs everything until a task ends.</summary>
    public T Run<T>(Func<Task<T>> work)
    {
        var task = Start2(work);
        var limit = Time.Now + TimeSpan.FromHours(3);
        while (!task.IsCompleted)
        {
            if (!Scheduler.RunOne() && !Time.RunNext(limit))
                throw new InvalidOperationException($"seed {Seed}: nothing is left to run, and the work has not ended");
        }
        return task.GetAwaiter().GetResult();
    }

    Task<T> Start2<T>(Func<Task<T>> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, Scheduler).Unwrap();
}
