using Propolis.Standalone.Config;

namespace Propolis.Standalone.Running;

/// <summary>
/// The contents of cloud-init files that a configuration names by path, read once when the machine is made: snapshots hold them, so that a restored machine has the disk that its
/// guest knows although the files have changed or are gone.
/// </summary>
static class CloudInitContents
{
    const string Folder = "cloudinit/";

    /// <summary>Reads the files. Throws <see cref="IOException"/>.</summary>
    public static IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Read(CloudInitConfig? config)
    {
        var files = new Dictionary<string, ReadOnlyMemory<byte>>();
        foreach (var (name, part) in Parts(config))
        {
            if (part?.Path is { } path) files[name] = File.ReadAllBytes(path.FullPath);
        }
        return files;
    }

    /// <summary>The configuration with the contents in place of the paths, where they are among <paramref name="files"/>.</summary>
    public static MachineConfig PutInto(MachineConfig config, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files)
    {
        if (config.CloudInit is not { } cloudInit) return config;
        var parts = Parts(cloudInit).ToDictionary(p => p.Name, p => files.TryGetValue(p.Name, out var contents) && p.Part?.Path is not null ? new CloudInitPart(null, null) { Contents = contents } : p.Part);
        return config with { CloudInit = new CloudInitConfig(parts[Folder + "user-data"], parts[Folder + "meta-data"], parts[Folder + "network-config"]) };
    }

    static IEnumerable<(string Name, CloudInitPart? Part)> Parts(CloudInitConfig? config) =>
        [(Folder + "user-data", config?.UserData), (Folder + "meta-data", config?.MetaData), (Folder + "network-config", config?.NetworkConfig)];
}
