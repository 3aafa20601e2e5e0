namespace Propolis.Crucible.Extents;

/// <summary>
/// Puts a fetched extent in place in steps that a crash at any point leaves either undone or to be finished:
/// <c>NNN.copy</c> gathers, <c>NNN.replace</c> is complete and wins, <c>NNN.completed</c> is rubbish.
/// </summary>
public static class RepairRecovery
{
    /// <summary>Makes the empty directory that a fetch fills; what an earlier one left is dropped.</summary>
    public static string Begin(IFileTree files, RegionPaths paths, uint extent)
    {
        Drop(files, paths.RepairCopy(extent));
        files.CreateDirectory(paths.RepairCopy(extent));
        return paths.RepairCopy(extent);
    }

    /// <summary>From here on the fetched extent counts.</summary>
    public static void Commit(IFileTree files, RegionPaths paths, uint extent)
    {
        files.SyncDirectory(paths.RepairCopy(extent));
        files.Rename(paths.RepairCopy(extent), paths.RepairReplace(extent));
        files.SyncDirectory(paths.ExtentDirectory(extent));
        Finish(files, paths, extent);
    }

    /// <summary>Finishes or drops whatever a repair of this extent left behind.</summary>
    public static void Finish(IFileTree files, RegionPaths paths, uint extent)
    {
        Drop(files, paths.RepairCopy(extent));
        Drop(files, paths.RepairCompleted(extent));
        if (!files.Exists(paths.RepairReplace(extent)))
            return;
        PutInPlace(files, Path.Combine(paths.RepairReplace(extent), RegionPaths.ExtentName(extent)), paths.Extent(extent));
        // The extent has its new name for good before the directory is rubbish.
        files.SyncDirectory(paths.ExtentDirectory(extent));
        files.Rename(paths.RepairReplace(extent), paths.RepairCompleted(extent));
        files.SyncDirectory(paths.ExtentDirectory(extent));
        Drop(files, paths.RepairCompleted(extent));
    }

    // Renamed and not copied, as the original does it: half the writing. It is not there any more when this was interrupted behind it.
    static void PutInPlace(IFileTree files, string fetched, string extent)
    {
        if (files.Exists(fetched))
            files.Rename(fetched, extent);
    }

    static void Drop(IFileTree files, string path)
    {
        if (files.Exists(path))
            files.Delete(path);
    }
}
