using Propolis.Contracts.Hosting;
using Propolis.Silo.Tests.Hosting;

namespace Propolis.Silo.Orleans.Tests.Hosting;

/// <summary>The tests of every host, on Orleans: two silos, called by a client.</summary>
public sealed class OrleansHostTests : InstanceHostTests, IClassFixture<OrleansCluster>
{
    readonly OrleansCluster _cluster;

    public OrleansHostTests(OrleansCluster cluster)
    {
        _cluster = cluster;
        cluster.Store.Heal();
    }

    /// <inheritdoc/>
    protected override IGrains Grains => _cluster.Grains;

    /// <inheritdoc/>
    internal override MemoryStore Store => _cluster.Store;

    /// <inheritdoc/>
    internal override PaperAgents Agents => _cluster.Agents;
}
