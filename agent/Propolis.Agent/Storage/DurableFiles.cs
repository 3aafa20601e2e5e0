using System.Text.Json;
using Propolis.Contracts.Serialization;
using Propolis.Crucible.Interop;

namespace Propolis.Agent.Storage;

/// <summary>Small JSON files that are whole or absent, whatever happens: written aside, synced, renamed, the folder synced.</summary>
static class DurableFiles
{
    const string Aside = ".new";

    // Records of VMMs hold the keys of their encrypted volumes.
    static readonly FileStreamOptions OwnersAlone = new()
    {
        Mode = FileMode.Create,
        Access = FileAccess.Write,
        Share = FileShare.None,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };

    /// <summary>Replaces a file's content. When this returns, it survives a power failure.</summary>
    /// <exception cref="IOException">It could not be written; the old content is kept.</exception>
    public static void Write<T>(string path, T content)
    {
        var aside = path + Aside;
        using (var file = new FileStream(aside, OwnersAlone))
        {
            JsonSerializer.Serialize(file, content, PropolisJson.Options);
            file.Flush(flushToDisk: true);
        }
        File.Move(aside, path, overwrite: true);
        DirectorySync.Sync(Path.GetDirectoryName(path)!);
    }

    /// <summary>Reads a file; the default when there is none.</summary>
    /// <exception cref="AgentException">It is not what was written.</exception>
    public static T? Read<T>(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize<T>(file, PropolisJson.Options);
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException)
        {
            return default;
        }
        catch (JsonException wrong)
        {
            throw new AgentException($"the file {path} was changed by others: it holds no {typeof(T).Name}", wrong);
        }
    }

    /// <summary>Makes a folder whose name survives a power failure.</summary>
    public static void MakeFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        var parent = Path.GetDirectoryName(Path.GetFullPath(path))!;
        MakeFolder(parent);
        Directory.CreateDirectory(path);
        DirectorySync.Sync(parent);
    }
}
