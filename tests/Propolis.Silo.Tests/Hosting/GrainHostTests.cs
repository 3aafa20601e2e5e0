using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Hosting;

/// <summary>What every host of grains must do; each host runs all of it.</summary>
public abstract class GrainHostTests
{
    static int _tests;

    readonly string _key = $"vol-{Interlocked.Increment(ref _tests)}";

    /// <summary>The host's grains.</summary>
    protected abstract IGrains Grains { get; }

    /// <summary>Where the host keeps them.</summary>
    internal abstract MemoryStore Store { get; }

    IVolumeGrain Volume => Grains.Get<IVolumeGrain>(_key);

    [Fact]
    public async Task Many_callers_at_once_get_a_generation_each()
    {
        await CreateAsync();
        var tickets = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() => CheckOutAsync($"op-{i}"))));
        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), tickets.Order());
    }

    [Fact]
    public async Task A_write_that_failed_is_never_seen_and_the_next_call_works_from_the_store()
    {
        await CreateAsync();
        Store.BeforeWrite = _ => throw new StoreException("no");
        await Assert.ThrowsAsync<GrainCallException>(() => CheckOutAsync("op-1"));
        Store.BeforeWrite = _ => { };

        Assert.Equal(0, (await Volume.GetAsync()).Value!.Generation);
        Assert.Equal(1, await CheckOutAsync("op-2"));
    }

    [Fact]
    public async Task A_write_whose_reply_was_lost_is_found_by_the_next_call()
    {
        await CreateAsync();
        Store.AfterWrite = _ => throw new StoreException("who knows");
        await Assert.ThrowsAsync<GrainCallException>(() => CheckOutAsync("op-1"));
        Store.AfterWrite = _ => { };

        Assert.Equal(1, (await Volume.GetAsync()).Value!.Generation);
        Assert.Equal(1, await CheckOutAsync("op-1"));
        Assert.Equal(2, await CheckOutAsync("op-2"));
    }

    [Fact]
    public async Task A_commit_that_could_not_be_published_stands_and_its_events_come_with_the_next()
    {
        Store.BeforePublish = _ => throw new StoreException("no");
        await CreateAsync();
        Assert.Empty(EventTypes());
        Store.BeforePublish = _ => { };
        await CheckOutAsync("op-1");

        Assert.Equal(["created", "checked-out"], EventTypes());
        Assert.Equal(2, Store.Entries[_key].Version);
    }

    [Fact]
    public async Task A_new_activation_repairs_what_was_not_published()
    {
        Store.BeforePublish = _ => throw new StoreException("no");
        await CreateAsync();
        Store.BeforePublish = _ => { };
        Store.BeforeWrite = _ => throw new StoreException("no");
        await Assert.ThrowsAsync<GrainCallException>(() => CheckOutAsync("op-1"));
        await Volume.GetAsync();

        Assert.Equal("created", EventTypes().Single());
        Assert.Equal(1, Store.Entries[_key].Version);
    }

    [Fact]
    public void Keys_of_another_kind_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Grains.Get<IVolumeGrain>("inst-a"));
        Assert.Throws<ArgumentException>(() => Grains.Get<IVolumeGrain>("vol-"));
    }

    [Fact]
    public async Task Calls_without_a_result_are_carried_out()
    {
        var project = Grains.Get<IProjectGrain>($"proj-{_key}");
        await project.ChargeAsync(new() { Instance = InstanceId.Make("inst-a"), Name = "a", Cpus = 1, MemoryMb = 1 });
        await project.RefundAsync(InstanceId.Make("inst-a"));
        Assert.Equal(0, (await project.GetAsync()).Used.Instances);
    }

    async Task CreateAsync()
    {
        var template = new VolumeTemplate { Project = "p", Name = "a", Kind = VolumeKind.Memory, SizeBytes = 512 };
        Assert.Null((await Volume.CreateAsync(new() { OperationId = "create", Actor = "u", Template = template })).Refusal);
    }

    async Task<long> CheckOutAsync(string operation)
    {
        var holder = new VolumeHolder { Instance = InstanceId.Make("inst-a"), Incarnation = 1 };
        return (await Volume.CheckoutAsync(new() { OperationId = operation, Holder = holder, Reason = "start" })).Value!.Generation;
    }

    IEnumerable<string> EventTypes() => Store.Events.Where(one => one.Key.Key == _key).OrderBy(one => one.Key).Select(one => one.Value.Type);
}
