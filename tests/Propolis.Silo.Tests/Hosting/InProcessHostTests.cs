using Microsoft.Extensions.Logging.Abstractions;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Hosting;
using Propolis.Silo.Sleds;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Hosting;

public sealed class InProcessHostTests : IAsyncDisposable
{
    readonly MemoryStore _store = new();
    readonly InProcessHost _host;

    public InProcessHostTests() => _host = new(new()
    {
        Store = _store,
        Projections = _store,
        Agents = new HttpSledClient(new HttpClient(), TimeProvider.System),
        Regions = new HttpSledClient(new HttpClient(), TimeProvider.System),
        Directory = new LocalSledDirectory(),
        Time = TimeProvider.System,
        Log = NullLogger.Instance,
        Options = new() { CallTimeout = TimeSpan.FromSeconds(5) },
    });

    IVolumeGrain Volume => _host.Get<IVolumeGrain>("vol-a");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

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
        _store.BeforeWrite = _ => throw new StoreException("no");
        await Assert.ThrowsAsync<GrainCallException>(() => CheckOutAsync("op-1"));
        _store.BeforeWrite = _ => { };

        Assert.Equal(0, (await Volume.GetAsync()).Value!.Generation);
        Assert.Equal(1, await CheckOutAsync("op-2"));
    }

    [Fact]
    public async Task A_write_whose_reply_was_lost_is_found_by_the_next_call()
    {
        await CreateAsync();
        _store.AfterWrite = _ => throw new StoreException("who knows");
        await Assert.ThrowsAsync<GrainCallException>(() => CheckOutAsync("op-1"));
        _store.AfterWrite = _ => { };

        Assert.Equal(1, (await Volume.GetAsync()).Value!.Generation);
        Assert.Equal(1, await CheckOutAsync("op-1"));
        Assert.Equal(2, await CheckOutAsync("op-2"));
    }

    [Fact]
    public async Task A_commit_that_could_not_be_published_stands_and_its_events_come_with_the_next()
    {
        _store.BeforePublish = _ => throw new StoreException("no");
        await CreateAsync();
        Assert.Empty(_store.Events);
        _store.BeforePublish = _ => { };
        await CheckOutAsync("op-1");

        Assert.Equal(["created", "checked-out"], _store.Events.OrderBy(one => one.Key).Select(one => one.Value.Type));
        Assert.Equal(2, _store.Entries["vol-a"].Version);
    }

    [Fact]
    public async Task A_new_activation_repairs_what_was_not_published()
    {
        _store.BeforePublish = _ => throw new StoreException("no");
        await CreateAsync();
        _store.BeforePublish = _ => { };
        _store.BeforeWrite = _ => throw new StoreException("no");
        await Assert.ThrowsAsync<GrainCallException>(() => CheckOutAsync("op-1"));
        await Volume.GetAsync();

        Assert.Equal("created", _store.Events.Single().Value.Type);
        Assert.Equal(1, _store.Entries["vol-a"].Version);
    }

    [Fact]
    public void Keys_of_another_kind_are_refused()
    {
        Assert.Throws<ArgumentException>(() => _host.Get<IVolumeGrain>("inst-a"));
        Assert.Throws<ArgumentException>(() => _host.Get<IVolumeGrain>("vol-"));
    }

    [Fact]
    public async Task A_stopped_host_takes_no_calls()
    {
        await _host.DisposeAsync();
        await Assert.ThrowsAsync<GrainCallException>(Volume.GetAsync);
    }

    [Fact]
    public async Task Calls_without_a_result_are_carried_out()
    {
        var project = _host.Get<IProjectGrain>("proj-p");
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
}
