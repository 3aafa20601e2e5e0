using Propolis.Agent.Vmms;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;

namespace Propolis.Agent.Storage;

/// <summary>
/// What the agent knows, on disk: <c>instances/{instance}/memory.json</c> (kept for ever: it refuses late commands) and
/// <c>instances/{instance}/{incarnation}/</c> with the VMM's record and its server's log (until removed).
/// </summary>
/// <param name="folder">The agent's data folder.</param>
sealed class VmmStore(string folder)
{
    const string Instances = "instances";
    const string MemoryFile = "memory.json";
    const string RecordFile = "vmm.json";

    /// <summary>What is remembered of an instance.</summary>
    public IncarnationMemory Memory(InstanceId instance) =>
        DurableFiles.Read<IncarnationMemory>(Path.Combine(FolderOf(instance), MemoryFile)) ?? new IncarnationMemory();

    /// <summary>Remembers; returns when it is on disk.</summary>
    public void SaveMemory(InstanceId instance, IncarnationMemory memory)
    {
        DurableFiles.MakeFolder(FolderOf(instance));
        DurableFiles.Write(Path.Combine(FolderOf(instance), MemoryFile), memory);
    }

    /// <summary>Keeps a VMM's record; returns when it is on disk.</summary>
    public void Save(VmmRecord record)
    {
        DurableFiles.MakeFolder(FolderOf(record.Key()));
        DurableFiles.Write(Path.Combine(FolderOf(record.Key()), RecordFile), record);
    }

    /// <summary>Forgets a VMM; what is remembered of its instance stays.</summary>
    public void Delete(VmmKey key)
    {
        var path = FolderOf(key);
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }

    /// <summary>All records. Folders without one are what a crash left of a start that was never answered, and are removed.</summary>
    public IReadOnlyList<VmmRecord> Load()
    {
        var root = Path.Combine(folder, Instances);
        if (!Directory.Exists(root))
            return [];
        var records = new List<VmmRecord>();
        foreach (var path in Directory.EnumerateDirectories(root).SelectMany(Directory.EnumerateDirectories))
        {
            if (DurableFiles.Read<VmmRecord>(Path.Combine(path, RecordFile)) is { } record)
                records.Add(record);
            else
                Directory.Delete(path, recursive: true);
        }
        return records;
    }

    /// <summary>A VMM's folder; its path is also how its process is found again.</summary>
    public string FolderOf(VmmKey key) => Path.Combine(FolderOf(key.Instance), key.Incarnation.ToString(System.Globalization.CultureInfo.InvariantCulture));

    string FolderOf(InstanceId instance) => Path.Combine(folder, Instances, instance.Value);
}
