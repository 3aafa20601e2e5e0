namespace Propolis.Silo.Volumes;

/// <summary>How a volume's blocks are cut into extents.</summary>
/// <param name="BlocksPerExtent">Blocks of an extent.</param>
/// <param name="ExtentCount">Extents.</param>
public readonly record struct RegionGeometry(long BlocksPerExtent, int ExtentCount);
