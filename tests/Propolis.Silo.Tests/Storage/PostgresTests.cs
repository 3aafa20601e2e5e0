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

    [Fact]
    public async Task Silos_that_start_at_once_make_the_tables_once()
    {
        var fresh = await server.CreateDatabaseAsync();
        var opened = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Databases.OpenAsync(fresh)));

        await new EntityStore(opened[0]).WriteAsync(new() { Key = "vol-a", Kind = "k", Version = 1, Format = 1, Body = "{}", Sum = 0 });
        Assert.NotNull(await new EntityStore(opened[5]).ReadAsync("vol-a"));
        foreach (var database in opened)
            await database.DisposeAsync();
    }
}
