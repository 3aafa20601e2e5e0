namespace Propolis.Cli.Tests.Cluster;

/// <summary>A file that is there for one test.</summary>
sealed class TempFile : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("propolis-cli-");

    public TempFile(string name, string text)
    {
        Path = System.IO.Path.Combine(_folder.FullName, name);
        File.WriteAllText(Path, text);
    }

    public string Path { get; }

    public void Dispose() => _folder.Delete(recursive: true);
}
