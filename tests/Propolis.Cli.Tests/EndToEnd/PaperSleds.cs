using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Sleds;

namespace Propolis.Cli.Tests.EndToEnd;

/// <summary>Sleds without hardware behind a real silo: their agents obey at once, register, send heartbeats and report.</summary>
sealed class PaperSleds(Func<IGrains> grains, params string[] names) : ISledClient, IAsyncDisposable
{
    readonly ConcurrentDictionary<(string Sled, InstanceId Instance, long Incarnation), (VmmState State, string? WaitsAt)> _vmms = [];
    readonly ConcurrentDictionary<string, bool> _silent = [];
    readonly CancellationTokenSource _stop = new();
    Task _beating = Task.CompletedTask;
    long _counter;

    public async Task StartAsync()
    {
        foreach (var name in names)
            await grains().Get<ISledGrain>(Sled(name).Value).RegisterAsync(new() { Sled = Sled(name), Address = $"http://{name}", Capacity = new() { Cpus = 8, MemoryMb = 8192 }, Hypervisor = "kvm", AgentEpoch = 1 });
        _beating = BeatAsync();
    }

    /// <summary>A sled does not answer any more, and says nothing.</summary>
    public void FallSilent(string sled) => _silent[sled["sled-".Length..]] = true;

    /// <summary>The traces in which agents were asked to make VMMs.</summary>
    public ConcurrentDictionary<InstanceId, string?> Traces { get; } = [];

    /// <summary>A guest ends by itself.</summary>
    public Task EndAsync(InstanceId instance, VmmState state, string reason)
    {
        var key = _vmms.Keys.Single(one => one.Instance == instance);
        _vmms[key] = (state, null);
        return grains().Get<IInstanceGrain>(instance.Value).ReportAsync(Status(key, state, reason));
    }

    public Task<VmmReply> EnsureAsync(string address, InstanceId instance, long incarnation, VmmEnsureRequest request)
    {
        Traces[instance] = Activity.Current?.TraceId.ToString();
        // A target waits for its source; its address says which VMM it is.
        return request.Source is null
            ? SetAsync(address, instance, incarnation, VmmState.Running)
            : SetAsync(address, instance, incarnation, VmmState.Migrating, $"{Name(address)}/{incarnation}");
    }

    public Task<VmmReply> SetStateAsync(string address, InstanceId instance, long incarnation, VmmStateRequest request) =>
        SetAsync(address, instance, incarnation, request.Requested == VmmRequest.Stop ? VmmState.Stopped : VmmState.Running);

    public Task<VmmReply> RemoveAsync(string address, InstanceId instance, long incarnation)
    {
        Answer(address);
        _vmms.TryRemove((Name(address), instance, incarnation), out _);
        return Task.FromResult(Reply((Name(address), instance, incarnation), VmmState.Absent));
    }

    public Task<VmmReply> MigrateAsync(string address, InstanceId instance, long incarnation, VmmMigrateRequest request)
    {
        var target = request.TargetAddress.Split('/');
        _ = Task.Run(() => HandOverAsync((Name(address), instance, incarnation), (target[0], instance, long.Parse(target[1], CultureInfo.InvariantCulture)), request.Migration));
        return SetAsync(address, instance, incarnation, VmmState.Migrating);
    }

    public Task<VmmReply> StopMigrationAsync(string address, InstanceId instance, long incarnation) => SetAsync(address, instance, incarnation, VmmState.Running);

    public Task<bool> HasGuestAsync(string server, InstanceId instance) => Task.FromResult(false);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _beating;
        _stop.Dispose();
    }

    Task<VmmReply> SetAsync(string address, InstanceId instance, long incarnation, VmmState state, string? waitsAt = null)
    {
        Answer(address);
        var key = (Name(address), instance, incarnation);
        _vmms[key] = (state, waitsAt);
        _ = Task.Run(() => grains().Get<IInstanceGrain>(instance.Value).ReportAsync(Status(key, state, waitsAt: waitsAt)));
        return Task.FromResult(Reply(key, state, waitsAt));
    }

    async Task HandOverAsync((string Sled, InstanceId Instance, long Incarnation) source, (string Sled, InstanceId Instance, long Incarnation) target, MigrationId migration)
    {
        MigrationAnswer answer;
        do
        {
            await Task.Delay(50);
            answer = await grains().Get<IMigrationGrain>(migration.Value).AskAsync(new() { Side = MigrationSide.Target, Incarnation = target.Incarnation, Target = TargetReadiness.Ready });
        }
        while (answer.Verdict == MigrationVerdict.Undecided);
        var moves = answer.Verdict == MigrationVerdict.Commit;
        await SetAsync($"http://{source.Sled}", source.Instance, source.Incarnation, moves ? VmmState.Stopped : VmmState.Running);
        await SetAsync($"http://{target.Sled}", target.Instance, target.Incarnation, moves ? VmmState.Running : VmmState.Stopped);
        if (moves)
            await grains().Get<IMigrationGrain>(migration.Value).ReportAsync(new() { Side = MigrationSide.Target, Incarnation = target.Incarnation, Progress = new() { Step = "moved", Pass = 3, BytesSent = 5 << 20, DowntimeMs = 42, TotalMs = 1234 } });
    }

    void Answer(string address)
    {
        if (_silent.ContainsKey(Name(address))) throw new SledCallException($"{address} does not answer");
    }

    async Task BeatAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _stop.Token);
                foreach (var name in names.Where(name => !_silent.ContainsKey(name)))
                    await grains().Get<ISledGrain>(Sled(name).Value).HeartbeatAsync(new() { AgentEpoch = 1, Vmms = [.. _vmms.Where(one => one.Key.Sled == name).Select(one => Status(one.Key, one.Value.State, waitsAt: one.Value.WaitsAt))] });
            }
        }
        catch (Exception e) when (e is OperationCanceledException or GrainCallException)
        {
        }
    }

    VmmReply Reply((string, InstanceId, long) key, VmmState state, string? waitsAt = null) => new() { Outcome = VmmOutcome.Done, Status = Status(key, state, waitsAt: waitsAt) };

    VmmStatus Status((string Sled, InstanceId Instance, long Incarnation) key, VmmState state, string? reason = null, string? waitsAt = null) =>
        new() { MigrationAddress = waitsAt, Instance = key.Instance, Incarnation = key.Incarnation, State = state, Sequence = (1L << 32) + Interlocked.Increment(ref _counter), Reason = reason };

    static SledId Sled(string name) => SledId.Make($"sled-{name}");

    static string Name(string address) => address["http://".Length..];
}
