using Propolis.Silo.Storage;
using Propolis.Silo.Tests.Storage;

namespace Propolis.Silo.Tests.Hosting;

public sealed class PostgresSiloTests(PostgresServer server) : WholeSiloTests, IClassFixture<PostgresServer>
{
    string? _database;

    protected override async Task<IDatabase> OpenAsync()
    {
        Assert.SkipWhen(server.WhyNot is not null, server.WhyNot ?? "");
        _database ??= await server.CreateDatabaseAsync();
        return await Databases.OpenAsync(_database);
    }
}
