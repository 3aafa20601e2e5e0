namespace Propolis.Agent.Storage;

/// <summary>One agent a data folder: a second one would start guests twice. The lock goes with the process, however it ends.</summary>
sealed class FolderLock : IDisposable
{
    readonly FileStream _file;

    FolderLock(FileStream file) => _file = file;

    /// <summary>Takes the folder.</summary>
    /// <exception cref="AgentException">Another agent has it, or it cannot be written.</exception>
    public static FolderLock Take(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new FolderLock(new FileStream(Path.Combine(folder, "agent.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new AgentException($"the data folder {folder} cannot be written: {denied.Message}", denied);
        }
        catch (IOException taken)
        {
            throw new AgentException($"the data folder {folder} is in use by another agent, or cannot be written: {taken.Message}", taken);
        }
    }

    /// <summary>Gives it back.</summary>
    public void Dispose() => _file.Dispose();
}
