using System.Collections.Concurrent;
using System.Diagnostics;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Sleds;

namespace Propolis.Cli.Tests.EndToEnd;

/// <summary>Sleds without hardware behind a real silo: their agents obey at once, register, send heartbeats and report.</summary>
sealed class PaperSleds(Func<IGrains> grains, params string[] names) : ISledClient, IAsyncDisposable
{
    readonly ConcurrentDictionary<(string Sled, InstanceId Instance, long Incarnation), VmmState> _vmms = [];
    readonly CancellationTokenSource _stop = new();
    Task _beating = Task.CompletedTask;
    long _counter;

    public async Task StartAsync()
    {
        foreach (var name in names)
            await grains().Get<ISledGrain>(Sled(name).Value).RegisterAsync(new() { Sled = Sled(name), Address = $"http://{name}", Capacity = new() { Cpus = 8, MemoryMb = 8192 }, Hypervisor = "kvm", AgentEpoch = 1 });
        _beating = BeatAsync();
    }

    /// <summary>The traces in which agents were asked to make VMMs.</summary>
    public ConcurrentDictionary<InstanceId, string?> Traces { get; } = [];

    /// <summary>A guest ends by itself.</summary>
    public Task EndAsync(InstanceId instance, VmmState state, string reason)
    {
        var key = _vmms.Keys.Single(one => one.Instance == instance);
        _vmms[key] = state;
        return grains().Get<IInstanceGrain>(instance.Value).ReportAsync(Status(key, state, reason));
    }

    public Task<VmmReply> EnsureAsync(string address, InstanceId instance, long incarnation, VmmEnsureRequest request)
    {
        Traces[instance] = Activity.Current?.TraceId.ToString();
        return SetAsync(address, instance, incarnation, VmmState.Running);
    }

    public Task<VmmReply> SetStateAsync(string address, InstanceId instance, long incarnation, VmmStateRequest request) =>
        SetAsync(address, instance, incarnation, request.Requested == VmmRequest.Stop ? VmmState.Stopped : VmmState.Running);

    public Task<VmmReply> RemoveAsync(string address, InstanceId instance, long incarnation)
    {
        _vmms.TryRemove((Name(address), instance, incarnation), out _);
        return Task.FromResult(Reply((Name(address), instance, incarnation), VmmState.Absent));
    }

    public Task<VmmReply> MigrateAsync(string address, InstanceId instance, long incarnation, VmmMigrateRequest request) => throw new SledCallException("paper does not migrate");

    public Task<VmmReply> StopMigrationAsync(string address, InstanceId instance, long incarnation) => throw new SledCallException("paper does not migrate");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _beating;
        _stop.Dispose();
    }

    Task<VmmReply> SetAsync(string address, InstanceId instance, long incarnation, VmmState state)
    {
        var key = (Name(address), instance, incarnation);
        _vmms[key] = state;
        _ = Task.Run(() => grains().Get<IInstanceGrain>(instance.Value).ReportAsync(Status(key, state)));
        return Task.FromResult(Reply(key, state));
    }

    async Task BeatAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _stop.Token);
                foreach (var name in names)
                    await grains().Get<ISledGrain>(Sled(name).Value).HeartbeatAsync(new() { AgentEpoch = 1, Vmms = [.. _vmms.Where(one => one.Key.Sled == name).Select(one => Status(one.Key, one.Value))] });
            }
        }
        catch (Exception e) when (e is OperationCanceledException or GrainCallException)
        {
        }
    }

    VmmReply Reply((string, InstanceId, long) key, VmmState state) => new() { Outcome = VmmOutcome.Done, Status = Status(key, state) };

    VmmStatus Status((string Sled, InstanceId Instance, long Incarnation) key, VmmState state, string? reason = null) =>
        new() { Instance = key.Instance, Incarnation = key.Incarnation, State = state, Sequence = (1L << 32) + Interlocked.Increment(ref _counter), Reason = reason };

    static SledId Sled(string name) => SledId.Make($"sled-{name}");

    static string Name(string address) => address["http://".Length..];
}
