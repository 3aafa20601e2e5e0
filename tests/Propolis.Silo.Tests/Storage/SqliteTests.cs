using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Storage;

public sealed class SqliteTests : DatabaseTests
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("propolis-silo-");

    protected override Task<IDatabase> OpenAsync() => Databases.OpenAsync(Path.Combine(_directory.FullName, "silo.db"));

    protected override Task CleanAsync()
    {
        _directory.Delete(recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_path_that_cannot_be_opened_gets_one_sentence()
    {
        var refused = await Assert.ThrowsAsync<StoreException>(() => Databases.OpenAsync(Path.Combine(_directory.FullName, "missing", "silo.db")));
        Assert.Contains("cannot be opened", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_record_is_refused()
    {
        await using var database = await OpenAsync();
        var store = new EntityStore(database);
        var record = EntityCodec.Encode("propolis.project", "proj-a", new Propolis.Silo.Projects.ProjectState { Version = 1 });
        await store.WriteAsync(record with { Body = record.Body[..^1] });

        var stored = await store.ReadAsync("proj-a");
        Assert.Contains("check sum", Assert.Throws<StoreException>(() => EntityCodec.Decode<Propolis.Silo.Projects.ProjectState>(stored!)).Message, StringComparison.Ordinal);
    }
}
