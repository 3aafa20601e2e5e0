using Propolis.Agent.Regions;

namespace Propolis.Agent.Storage;

/// <summary>Regions on disk: <c>regions/{region}/region.json</c> with the record, and <c>regions/{region}/data</c> with the blocks.</summary>
/// <param name="folder">The agent's data folder.</param>
sealed class RegionStore(string folder)
{
    const string Regions = "regions";
    const string RecordFile = "region.json";
    const string Removed = ".removed";

    /// <summary>Keeps a region's record; returns when it is on disk.</summary>
    public void Save(RegionRecord record)
    {
        DurableFiles.MakeFolder(FolderOf(record.Region));
        DurableFiles.Write(Path.Combine(FolderOf(record.Region), RecordFile), record);
    }

    /// <summary>Removes a region and its blocks. The name goes first: what a crash leaves is never taken for a region.</summary>
    public void Delete(Guid region)
    {
        var path = FolderOf(region);
        if (!Directory.Exists(path))
            return;
        Directory.Move(path, path + Removed);
        Directory.Delete(path + Removed, recursive: true);
    }

    /// <summary>All records. What a crash left of a start or a removal is removed.</summary>
    public IReadOnlyList<RegionRecord> Load()
    {
        var root = Path.Combine(folder, Regions);
        if (!Directory.Exists(root))
            return [];
        var records = new List<RegionRecord>();
        foreach (var path in Directory.EnumerateDirectories(root))
        {
            if (!path.EndsWith(Removed, StringComparison.Ordinal) && DurableFiles.Read<RegionRecord>(Path.Combine(path, RecordFile)) is { } record)
                records.Add(record);
            else
                Directory.Delete(path, recursive: true);
        }
        return records;
    }

    /// <summary>A region's folder; its path is also how its process is found again.</summary>
    public string FolderOf(Guid region) => Path.Combine(folder, Regions, region.ToString("D"));
}
