using Microsoft.Extensions.Logging.Abstractions;
using Propolis.Contracts.Hosting;
using Propolis.Silo.Events;
using Propolis.Silo.Hosting;
using Propolis.Silo.Sleds;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Simulation;

/// <summary>
/// One silo's life. A killed silo's work goes nowhere: its store and its network are cut at once. A silo that only slept goes on beside its successor, with old
/// activations, until its store tells it; its messages still go out.
/// </summary>
sealed class SimSilo
{
    readonly Cut _cut;

    public SimSilo(SimWorld world)
    {
        _cut = new(world.WrapStore(world.Store), world.Store);
        Host = new(new()
        {
            Store = _cut,
            Projections = _cut,
            Agents = world.WrapClient(new SimSledClient(world, () => !_cut.IsCut)),
            Regions = new HttpSledClient(new HttpClient(), world.Time),
            Directory = new LocalSledDirectory(),
            Time = world.Time,
            Scheduler = world.Scheduler,
            Log = NullLogger.Instance,
            Options = Options,
        });
    }

    public static ClusterOptions Options { get; } = new() { StartLimit = TimeSpan.FromMinutes(2) };

    public InProcessHost Host { get; }

    public bool IsDead => _cut.IsCut;

    public void Kill()
    {
        _cut.IsCut = true;
        _ = Host.DisposeAsync().AsTask();
    }

    /// <summary>Wakes the grains that have work to do, as a real silo does from its index.</summary>
    public async Task WakeAsync(SimWorld world)
    {
        var kinds = GrainKinds.All.ToDictionary(kind => kind.Name);
        foreach (var row in world.Store.Rows.ToArray())
        {
            if (world.Store.Entries.TryGetValue(row.Key, out var entry) && entry.Version == row.Version && !entry.Wake)
                continue;
            for (var i = 0; i < 10 && !await TryNudgeAsync(kinds[row.Kind], row.Key); i++)
                await world.PauseAsync(100);
        }
    }

    async Task<bool> TryNudgeAsync(GrainKind kind, string key)
    {
        try
        {
            await Host.CallAsync(kind, key, readOnly: false, "wake", _ => Task.FromResult<object?>(null));
            return true;
        }
        catch (GrainCallException)
        {
            return false;
        }
    }

    sealed class Cut(IEntityStore store, SimStore projections) : IEntityStore, IProjections
    {
        public bool IsCut { get; set; }

        public async Task<StoredEntity?> ReadAsync(string key, CancellationToken cancel = default)
        {
            Check();
            var row = await store.ReadAsync(key, cancel);
            Check();
            return row;
        }

        public async Task WriteAsync(StoredEntity entity, CancellationToken cancel = default)
        {
            Check();
            await store.WriteAsync(entity, cancel);
            Check();
        }

        public async Task PublishAsync(IndexEntry entry, IReadOnlyList<PendingEvent> events)
        {
            Check();
            await projections.PublishAsync(entry, events);
            Check();
        }

        void Check()
        {
            if (IsCut)
                throw new StoreException("simulated: this silo is dead");
        }
    }
}
