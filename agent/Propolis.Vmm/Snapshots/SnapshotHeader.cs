namespace Propolis.Vmm.Snapshots;

/// <summary>What a snapshot says of itself before the state.</summary>
/// <param name="Name">The machine's name.</param>
/// <param name="TakenAt">Wall-clock time, Unix milliseconds.</param>
/// <param name="Configuration">The configuration file's text, with everything it named by path embedded but disks and firmware.</param>
public sealed record SnapshotHeader(string Name, long TakenAt, string Configuration);
