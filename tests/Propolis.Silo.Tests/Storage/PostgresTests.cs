using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Storage;

public sealed class PostgresTests(PostgresServer server) : DatabaseTests, IClassFixture<PostgresServer>
{
    string? _database;

    protected override async Task<IDatabase> OpenAsync()
    {
        Assert.SkipWhen(server.WhyNot is not null, server.WhyNot ?? "");
        _database ??= await server.CreateDatabaseAsync();
        return await Databases.OpenAsync(_database);
    }
}
