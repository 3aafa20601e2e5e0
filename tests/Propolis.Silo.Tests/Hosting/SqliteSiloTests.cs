using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Hosting;

public sealed class SqliteSiloTests : WholeSiloTests
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("propolis-silo-");

    protected override Task<IDatabase> OpenAsync() => Databases.OpenAsync(Path.Combine(_directory.FullName, "silo.db"));

    protected override Task CleanAsync()
    {
        _directory.Delete(recursive: true);
        return Task.CompletedTask;
    }
}
