using Propolis.Contracts.Instances;

namespace Propolis.Cli.Cluster.Files;

/// <summary>What a file says of an instance: its template, and the disks on volumes that it is to have.</summary>
/// <param name="Template">The template, without those disks' volumes.</param>
/// <param name="Disks">The disks on volumes.</param>
sealed record InstanceFile(InstanceTemplate Template, IReadOnlyList<VolumeDisk> Disks);
