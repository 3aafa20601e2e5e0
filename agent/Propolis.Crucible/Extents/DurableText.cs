using System.Text;

namespace Propolis.Crucible.Extents;

/// <summary>Small text files that are replaced in one durable step.</summary>
public static class DurableText
{
    /// <summary>Writes a file beside, syncs it, gives it the name and syncs the directory.</summary>
    public static void Replace(IFileTree files, string path, string text)
    {
        var beside = path + ".new";
        if (files.Exists(beside))
            files.Delete(beside);
        using (var file = files.Create(beside))
        {
            file.Write(0, Encoding.UTF8.GetBytes(text));
            file.Sync();
        }

        files.Rename(beside, path);
        files.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>The text of a file, or null when it is not there.</summary>
    public static string? Read(IFileTree files, string path)
    {
        if (!files.Exists(path))
            return null;
        using var file = files.Open(path, writable: false);
        var bytes = new byte[file.Length];
        file.Read(0, bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
