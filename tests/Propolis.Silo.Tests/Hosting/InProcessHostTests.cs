using Microsoft.Extensions.Logging.Abstractions;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Hosting;
using Propolis.Silo.Sleds;

namespace Propolis.Silo.Tests.Hosting;

public sealed class InProcessHostTests : InstanceHostTests, IAsyncDisposable
{
    readonly MemoryStore _store = new();
    readonly PaperAgents _agents = new();
    readonly InProcessHost _host;

    public InProcessHostTests() => _host = new(new()
    {
        Store = _store,
        Projections = _store,
        Agents = _agents,
        Regions = new HttpSledClient(new HttpClient(), TimeProvider.System),
        Directory = new LocalSledDirectory(),
        Time = TimeProvider.System,
        Log = NullLogger.Instance,
        Options = Soon,
    });

    /// <inheritdoc/>
    protected override IGrains Grains => _host;

    /// <inheritdoc/>
    internal override MemoryStore Store => _store;

    /// <inheritdoc/>
    internal override PaperAgents Agents => _agents;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_stopped_host_takes_no_calls()
    {
        await _host.DisposeAsync();
        await Assert.ThrowsAsync<GrainCallException>(_host.Get<IVolumeGrain>("vol-a").GetAsync);
    }
}
