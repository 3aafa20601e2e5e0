namespace Propolis.Vmm.Snapshots;

/// <summary>What a snapshot says of itself before the state.</summary>
/// <param name="Name">The machine's name.</param>
/// <param name="TakenAt">Wall-clock time, Unix milliseconds.</param>
/// <param name="ConfigurationFile">Absolute path of the configuration file: relative paths in it start at its folder.</param>
/// <param name="Configuration">The configuration file's text.</param>
public sealed record SnapshotHeader(string Name, long TakenAt, string ConfigurationFile, string Configuration);
