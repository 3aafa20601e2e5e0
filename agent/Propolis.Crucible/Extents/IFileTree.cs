namespace Propolis.Crucible.Extents;

/// <summary>
/// The few file operations a region needs, so that tests can cut the power at every one of them. Paths are absolute.
/// Failures are <see cref="IOException"/>.
/// </summary>
public interface IFileTree
{
    /// <summary>Whether a file or directory is there.</summary>
    bool Exists(string path);

    /// <summary>Names in a directory, in no order; none when it is not there.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Makes a directory and those above it.</summary>
    void CreateDirectory(string path);

    /// <summary>Opens an existing file.</summary>
    IRandomFile Open(string path, bool writable);

    /// <summary>Makes a file that must not exist yet.</summary>
    IRandomFile Create(string path);

    /// <summary>Gives a file or directory another name; a file of that name is replaced in one step.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file, or a directory with all in it.</summary>
    void Delete(string path);

    /// <summary>Makes the names in a directory durable.</summary>
    void SyncDirectory(string path);
}
