using Propolis.Contracts.Specs;
using Propolis.Contracts.Volumes;

namespace Propolis.Cli.Cluster.Files;

/// <summary>A disk of a file on a volume.</summary>
/// <param name="Backend">The backend's key in the spec.</param>
/// <param name="IsReadOnly">The guest cannot write.</param>
/// <param name="Existing">The volume's name or id; null when it is made with the instance.</param>
/// <param name="New">What is made with the instance.</param>
sealed record VolumeDisk(SpecKey Backend, bool IsReadOnly, string? Existing, VolumeTemplate? New);
