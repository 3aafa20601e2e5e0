namespace Propolis.Crucible.Downstairs;

/// <summary>What a file system may offer for snapshots.</summary>
public interface ICloning
{
    /// <summary>Makes <paramref name="target"/> share the content of <paramref name="source"/>; false when the file system cannot.</summary>
    bool TryCloneFile(string source, string target);

    /// <summary>Takes a snapshot of the file system that holds a directory; null when done, else why not.</summary>
    string? SnapshotFileSystem(string directory, string name);

    /// <summary>Removes such a snapshot, if there is one; null when none is left, else why not.</summary>
    string? RemoveSnapshot(string directory, string name);
}
