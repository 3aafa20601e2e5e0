using Propolis.Standalone.Config;
using Propolis.Toml;
using Propolis.Vmm.Snapshots;
using Propolis.Vmm.State;

namespace Propolis.Standalone.Running;

/// <summary>What a run starts from: a configuration file, or a snapshot with the configuration inside.</summary>
/// <param name="Config">The configuration, read and checked.</param>
/// <param name="ConfigFile">Its path, absolute.</param>
/// <param name="ConfigText">Its text.</param>
/// <param name="Files">Contents of small files that the configuration names, as snapshots hold them.</param>
/// <param name="Snapshot">The snapshot, when it is one.</param>
sealed record RunSource(MachineConfig Config, string ConfigFile, string ConfigText, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Files, SnapshotReader? Snapshot) : IDisposable
{
    /// <summary>Opens what the options name. Throws <see cref="ConfigException"/>, <see cref="StateFormatException"/> or <see cref="IOException"/>.</summary>
    public static RunSource Open(RunOptions options) => options.Restore ? OpenSnapshot(options.File) : OpenConfig(options.File);

    /// <summary>Closes the snapshot.</summary>
    public void Dispose() => Snapshot?.Dispose();

    static RunSource OpenConfig(string path)
    {
        var config = MachineConfigFile.Load(path);
        BuildSupport.Check(config, onBhyve: false);
        var files = CloudInitContents.Read(config.CloudInit);
        return new RunSource(CloudInitContents.PutInto(config, files), Path.GetFullPath(path), File.ReadAllText(path), files, null);
    }

    static RunSource OpenSnapshot(string path)
    {
        var snapshot = SnapshotReader.Open(OpenFile(path), path);
        try
        {
            var header = snapshot.Header;
            var config = CloudInitContents.PutInto(MachineConfigFile.Parse(header.Configuration, header.ConfigurationFile), snapshot.Files);
            ConfigFileChecks.Check(config);
            BuildSupport.Check(config, onBhyve: false);
            return new RunSource(config, header.ConfigurationFile, header.Configuration, snapshot.Files, snapshot);
        }
        catch
        {
            snapshot.Dispose();
            throw;
        }
    }

    static FileStream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StateFormatException($"The snapshot {path} does not exist.");
        }
    }
}
