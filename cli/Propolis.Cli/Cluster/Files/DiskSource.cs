using Propolis.Contracts.Specs;

namespace Propolis.Cli.Cluster.Files;

/// <summary>A <c>[block_dev]</c>: either a backend that the spec holds itself, or a volume.</summary>
/// <param name="Backend">The backend's key in the spec.</param>
/// <param name="Component">The backend; null for a volume.</param>
/// <param name="Volume">The volume; null for a backend of the spec.</param>
sealed record DiskSource(SpecKey Backend, Component? Component, VolumeDisk? Volume);
