using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Propolis.Agent.Images;
using Propolis.Agent.Servers;
using Propolis.Agent.Storage;
using Propolis.Agent.Vmms;
using Propolis.Agent.Volumes;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Sleds;

namespace Propolis.Agent.Tests.Fakes;

/// <summary>A sled's VMMs on a real folder, over processes in memory. Its agent can be restarted.</summary>
sealed class TestSled : IDisposable
{
    readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    /// <summary>A sled with an image "vmlinuz" and the usual firmware.</summary>
    public TestSled()
    {
        Directory.CreateDirectory(Folder["images"]);
        File.WriteAllText(Folder["images/vmlinuz"], "kernel");
        File.WriteAllText(Folder["images/OVMF_CODE.fd"], "firmware");
        Vmms = Restart();
    }

    /// <summary>Everything on disk.</summary>
    public Folder Folder { get; } = new();

    /// <summary>Processes and their servers.</summary>
    public FakeServers Servers { get; } = new();

    /// <summary>Everything that was said, in order.</summary>
    public ConcurrentQueue<VmmStatus> Said { get; } = [];

    /// <summary>Deadlines, short where a test reaches them.</summary>
    public VmmLimits Limits { get; set; } = new() { Grace = TimeSpan.FromMilliseconds(50), HardStop = TimeSpan.FromMilliseconds(50), Retry = TimeSpan.FromMilliseconds(5) };

    /// <summary>Answers calls of grains: key, method, argument.</summary>
    public Func<string, string, object?, object?> Ask { get; set; } = (_, _, _) => throw new Propolis.Contracts.Hosting.GrainCallException("silence");

    /// <summary>The present agent.</summary>
    public SledVmms Vmms { get; private set; }

    /// <summary>A new agent on the same disk; the old one is taken for dead and no longer asked.</summary>
    public SledVmms Restart()
    {
        Vmms = new SledVmms(new SledParts
        {
            Store = new VmmStore(Folder.Path),
            Sequences = SequenceSource.Begin(Folder.Path),
            Processes = Servers,
            ServerAt = Servers.At,
            AddressOf = port => $"127.0.0.1:{port}",
            Images = new ImageFolder(Folder["images"], "OVMF_CODE.fd"),
            Volumes = new VolumeFiles(Folder["volumes"], Folder["memory"]),
            Capacity = new SledCapacity { Cpus = 8, MemoryMb = 4096 },
            Labels = new SledLabels(EntityId.Parse<SledId>("sled-test"), "serial", "model"),
            Limits = Limits,
            Grains = new FakeGrains { Answer = (key, method, argument) => Ask(key, method, argument) },
            Time = TimeProvider.System,
            Metrics = new AgentMetrics(_services.GetRequiredService<IMeterFactory>()),
            Log = NullLogger.Instance,
            Changed = Said.Enqueue,
        });
        Vmms.Adopt();
        return Vmms;
    }

    /// <summary>Ensures a VMM and waits until it runs.</summary>
    public async Task<VmmStatus> RunAsync(long incarnation, VmmEnsureRequest? request = null)
    {
        Assert.Equal(VmmOutcome.Done, (await Vmms.EnsureAsync(Requests.Key(incarnation), request ?? Requests.Small())).Outcome);
        return await WaitAsync(incarnation, VmmState.Running);
    }

    /// <summary>Waits for a state.</summary>
    public async Task<VmmStatus> WaitAsync(long incarnation, VmmState state)
    {
        VmmStatus? last = null;
        await Until.TrueAsync(async () => (last = (await Vmms.GetAsync(Requests.Key(incarnation))).Status).State == state, () => $"{last}");
        return last!;
    }

    /// <summary>Ends all processes.</summary>
    public void Dispose()
    {
        foreach (var server in Servers.Started)
            server.End("the test ended");
        foreach (var status in Vmms.All())
            Vmms.Find(new VmmKey(status.Instance, status.Incarnation))?.Ended.Wait(TimeSpan.FromSeconds(10));
        _services.Dispose();
        Folder.Dispose();
    }
}
