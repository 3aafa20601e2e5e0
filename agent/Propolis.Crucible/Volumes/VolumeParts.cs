namespace Propolis.Crucible.Volumes;

/// <summary>Finds the parts of a built volume.</summary>
public static class VolumeParts
{
    /// <summary>Its region sets, in the order in which <see cref="VolumeChangeRules.Regions"/> lists them in the request.</summary>
    public static IEnumerable<RegionSet> RegionSets(IVolume volume) => volume switch
    {
        Volume whole => whole.Parts.SelectMany(RegionSets).Concat(whole.Parent is { } parent ? RegionSets(parent) : []),
        RegionSet set => [set],
        _ => [],
    };
}
