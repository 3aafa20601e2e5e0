namespace Propolis.Vmm.Block.CloudInit;

/// <summary>Where things lie in a FAT12 volume: boot sector, two allocation tables, root directory, clusters.</summary>
/// <param name="SectorsPerCluster">A power of two.</param>
/// <param name="Clusters">Data clusters, fewer than 4085, which is what makes it FAT12.</param>
/// <param name="TableSectors">Sectors of one allocation table.</param>
readonly record struct FatGeometry(int SectorsPerCluster, int Clusters, int TableSectors)
{
    /// <summary>Directory entries of the root.</summary>
    public const int RootEntries = 512;

    /// <summary>The root directory's sectors.</summary>
    public const int RootSectors = RootEntries * 32 / FatVolume.SectorSize;

    /// <summary>Copies of the allocation table.</summary>
    public const int Tables = 2;

    const int MaxClusters = 4084;
    const int MinClusters = 5;

    /// <summary>Bytes of a cluster.</summary>
    public int ClusterSize => SectorsPerCluster * FatVolume.SectorSize;

    /// <summary>First sector of the root directory.</summary>
    public int RootSector => 1 + Tables * TableSectors;

    /// <summary>First sector of cluster 2, the first one.</summary>
    public int DataSector => RootSector + RootSectors;

    /// <summary>Sectors in all.</summary>
    public int TotalSectors => DataSector + Clusters * SectorsPerCluster;

    /// <summary>The geometry with the smallest clusters that holds files of these sizes.</summary>
    public static FatGeometry For(IEnumerable<int> sizes)
    {
        var list = sizes.ToArray();
        for (var sectors = 1; ; sectors *= 2)
        {
            var size = sectors * FatVolume.SectorSize;
            var clusters = Math.Max(MinClusters, list.Sum(length => (length + size - 1) / size));
            if (clusters > MaxClusters) continue;
            // Twelve bits for each cluster and for the two numbers before the first.
            var tableBytes = ((clusters + 2) * 3 + 1) / 2;
            return new FatGeometry(sectors, clusters, (tableBytes + FatVolume.SectorSize - 1) / FatVolume.SectorSize);
        }
    }
}
