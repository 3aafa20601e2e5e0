using Npgsql;
using Propolis.Silo.Orleans.Clustering;
using Propolis.Silo.Tests.Storage;

namespace Propolis.Silo.Orleans.Tests.Clustering;

/// <summary>An empty database with the cluster's tables for each test; tests are skipped where PostgreSQL is not installed.</summary>
/// <param name="server">The server.</param>
public abstract class ClusterDatabase(PostgresServer server) : IAsyncLifetime
{
    NpgsqlDataSource? _source;

    /// <summary>The database.</summary>
    protected NpgsqlDataSource Source => _source!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(server.WhyNot is not null, server.WhyNot ?? "");
        _source = NpgsqlDataSource.Create(await server.CreateDatabaseAsync());
        await ClusterTables.ApplyAsync(_source);
    }

    public async ValueTask DisposeAsync()
    {
        if (_source is not null)
            await _source.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
