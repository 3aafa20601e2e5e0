using Propolis.Crucible.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Downstairs;

/// <summary>
/// Snapshots through the file system: reflinked copies of all extents as a region of their own under <c>.snapshots/NAME</c>,
/// or a ZFS snapshot of the dataset, both to be served by a second, read-only downstairs. Where the file system offers
/// neither, an error says so.
/// </summary>
public sealed class FileSystemSnapshots(IFileTree files, ICloning cloning) : ISnapshots
{
    const int MaxNameLength = 200;

    /// <inheritdoc/>
    public CrucibleError? Take(Region region, string name)
    {
        if (Fault(name) is { } wrong)
            return wrong;
        try
        {
            var target = new RegionPaths(Path.Combine(region.Paths.Snapshots, name));
            if (files.Exists(target.Definition) || TryClone(region, target))
                return null;
            return cloning.SnapshotFileSystem(region.Paths.Root, name) is { } reason
                ? Failed($"the file system of {region.Paths.Root} can neither share blocks between files (reflink) nor take a ZFS snapshot: {reason}")
                : null;
        }
        catch (IOException error)
        {
            return Failed(error.Message);
        }
    }

    /// <summary>Removes a snapshot, if it is there; returns why it could not be removed, or null.</summary>
    public CrucibleError? Remove(RegionPaths region, string name)
    {
        if (Fault(name) is { } wrong)
            return wrong;
        try
        {
            var target = new RegionPaths(Path.Combine(region.Snapshots, name));
            // The definition goes first: what a crash leaves is no snapshot.
            if (files.Exists(target.Definition))
                files.Delete(target.Definition);
            if (files.Exists(target.Root))
                files.Delete(target.Root);
            return cloning.RemoveSnapshot(region.Root, name) is { } reason ? Failed(reason) : null;
        }
        catch (IOException error)
        {
            return Failed(error.Message);
        }
    }

    static CrucibleError? Fault(string name) =>
        name.Length is 0 or > MaxNameLength || name.StartsWith('.') || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':')
            ? Failed($"'{name}' is no snapshot name: letters, digits, '-', '_', '.' and ':', at most {MaxNameLength}")
            : null;

    // The definition comes last: without it there is no snapshot, whatever a crash left.
    bool TryClone(Region region, RegionPaths target)
    {
        if (files.Exists(target.Root))
            files.Delete(target.Root);
        for (uint extent = 0; extent < region.Definition.ExtentCount; extent++)
        {
            files.CreateDirectory(target.ExtentDirectory(extent));
            if (cloning.TryCloneFile(region.Paths.Extent(extent), target.Extent(extent)))
                continue;
            files.Delete(target.Root);
            return false;
        }

        for (uint extent = 0; extent < region.Definition.ExtentCount; extent++)
        {
            using var file = files.Open(target.Extent(extent), writable: true);
            file.Sync();
        }

        files.SyncDirectory(target.ExtentDirectory(0));
        DurableText.Replace(files, target.Definition, RegionFile.Format(region.Definition));
        return true;
    }

    static CrucibleError Failed(string text) => CrucibleError.Of(CrucibleErrorKind.SnapshotFailed, text);
}
