namespace Propolis.Agent.Tests.Fakes;

/// <summary>A new folder, removed with the test.</summary>
sealed class Folder : IDisposable
{
    /// <summary>Its path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("propolis-agent-").FullName;

    /// <summary>A path in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Removes it; an agent that the test has taken for dead may still write into it for a moment.</summary>
    public void Dispose()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (Directory.Exists(Path))
                    Directory.Delete(Path, recursive: true);
                return;
            }
            catch (IOException) when (attempt < 100)
            {
                Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None).Wait();
            }
        }
    }
}
