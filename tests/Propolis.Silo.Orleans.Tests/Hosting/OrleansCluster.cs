using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.TestingHost;
using Propolis.Contracts.Hosting;
using Propolis.Silo.Hosting;
using Propolis.Silo.Orleans.Hosting;
using Propolis.Silo.Sleds;
using Propolis.Silo.Tests.Hosting;

namespace Propolis.Silo.Orleans.Tests.Hosting;

/// <summary>Two silos and a client in this process; grains and projections are kept in memory.</summary>
public sealed class OrleansCluster : IAsyncLifetime
{
    // Shared, as the index is that real silos read.
    readonly LocalSledDirectory _directory = new();

    InProcessTestCluster? _cluster;

    internal MemoryStore Store { get; } = new();

    internal PaperAgents Agents { get; } = new();

    /// <summary>Grains as a client sees them.</summary>
    public IGrains Grains { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureSiloHost((_, host) => AddParts(host.Services));
        builder.ConfigureSilo((_, silo) => silo.AddPropolisGrains());
        builder.ConfigureClientHost(host => host.Services.AddPropolisExceptions());
        _cluster = builder.Build();
        await _cluster.DeployAsync();
        Grains = new OrleansGrains(_cluster.Client, InstanceHostTests.Soon, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    void AddParts(IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(InstanceHostTests.Soon);
        services.AddSingleton(new HostParts
        {
            Store = Store,
            Projections = Store,
            Agents = Agents,
            Regions = new HttpSledClient(new HttpClient(), TimeProvider.System),
            Directory = _directory,
            Time = TimeProvider.System,
            Options = InstanceHostTests.Soon,
            Log = NullLogger.Instance,
        });
    }
}
