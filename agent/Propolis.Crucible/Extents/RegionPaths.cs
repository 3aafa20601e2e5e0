using System.Globalization;

namespace Propolis.Crucible.Extents;

/// <summary>Names of files below a region's directory, as the original lays them out.</summary>
/// <param name="Root">The region's directory.</param>
public readonly record struct RegionPaths(string Root)
{
    /// <summary>The region definition.</summary>
    public string Definition => Path.Combine(Root, "region.json");

    /// <summary>Highest generation and its session; ours alone, the original ignores it.</summary>
    public string Fence => Path.Combine(Root, "fence.json");

    /// <summary>Snapshots that were cloned by the file system; ours alone.</summary>
    public string Snapshots => Path.Combine(Root, ".snapshots");

    /// <summary>The name of an extent's file: the low three hexadecimal digits.</summary>
    public static string ExtentName(uint extent) => (extent & 0xFFF).ToString("X3", CultureInfo.InvariantCulture);

    /// <summary>The directory of an extent's file: two digits, then three.</summary>
    public string ExtentDirectory(uint extent) => Path.Combine(
        Root,
        (extent >> 24).ToString("X2", CultureInfo.InvariantCulture),
        ((extent >> 12) & 0xFFF).ToString("X3", CultureInfo.InvariantCulture));

    /// <summary>An extent's file.</summary>
    public string Extent(uint extent) => Path.Combine(ExtentDirectory(extent), ExtentName(extent));

    /// <summary>Where a repair gathers what it fetches.</summary>
    public string RepairCopy(uint extent) => Extent(extent) + ".copy";

    /// <summary>The same once complete: from here on the repair is finished, after a crash too.</summary>
    public string RepairReplace(uint extent) => Extent(extent) + ".replace";

    /// <summary>The same once used: to be deleted.</summary>
    public string RepairCompleted(uint extent) => Extent(extent) + ".completed";
}
