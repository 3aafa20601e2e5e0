using Propolis.Vmm.Block;

namespace Propolis.Vmm.Migration;

/// <summary>A disk of the guest that moves: what a backend that is opened later (<see cref="DetachableBackend"/>) must turn out to be.</summary>
/// <param name="Device">Name of the device in front of it.</param>
/// <param name="Geometry">What the guest knows of it.</param>
public sealed record MigratedDisk(string Device, BlockGeometry Geometry);
