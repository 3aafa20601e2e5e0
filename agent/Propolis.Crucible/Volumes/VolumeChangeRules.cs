using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Volumes;

/// <summary>What may change between the request a volume was made from and a new one that replaces a target; pure.</summary>
public static class VolumeChangeRules
{
    /// <summary>Finds the one target that changed, or none.</summary>
    /// <exception cref="CrucibleException">Something else changed, or more than one target; the text says what.</exception>
    public static VolumeChange Compare(VolumeConstructionRequest old, VolumeConstructionRequest replacement)
    {
        var (before, after) = (new List<RegionRequest>(), new List<RegionRequest>());
        Walk(old, replacement, before, after);
        var changes = before.Zip(after).SelectMany((pair, region) => Changed(region, pair.First, pair.Second)).ToList();
        return changes.Count switch
        {
            0 => VolumeChange.None,
            1 => changes[0],
            _ => throw Wrong($"{changes.Count} targets differ; only one can be replaced at a time"),
        };
    }

    /// <summary>The same request with every generation of writable regions replaced, parents left alone.</summary>
    public static VolumeConstructionRequest WithGeneration(VolumeConstructionRequest request, ulong generation) => request switch
    {
        VolumeRequest volume => volume with { SubVolumes = volume.SubVolumes.Select(part => WithGeneration(part, generation)).ToList() },
        RegionRequest { Opts.ReadOnly: false } region => region with { Gen = generation },
        _ => request,
    };

    /// <summary>The region sets of a request, in the order in which <see cref="VolumeChange.Region"/> counts them.</summary>
    public static IEnumerable<RegionRequest> Regions(VolumeConstructionRequest request) => request switch
    {
        VolumeRequest volume => volume.SubVolumes.SelectMany(Regions).Concat(volume.ReadOnlyParent is { } parent ? Regions(parent) : []),
        RegionRequest region => [region],
        _ => [],
    };

    static void Walk(VolumeConstructionRequest old, VolumeConstructionRequest replacement, List<RegionRequest> before, List<RegionRequest> after)
    {
        switch (old, replacement)
        {
            case (VolumeRequest a, VolumeRequest b):
                WalkVolume(a, b, before, after);
                break;
            case (RegionRequest a, RegionRequest b):
                before.Add(a);
                after.Add(b);
                break;
            default:
                if (old != replacement)
                    throw Wrong($"a {KindOf(old)} cannot become another {KindOf(replacement)}");
                break;
        }
    }

    static void WalkVolume(VolumeRequest old, VolumeRequest replacement, List<RegionRequest> before, List<RegionRequest> after)
    {
        if (old.Id != replacement.Id)
            throw Wrong($"the volume is {old.Id}, not {replacement.Id}");
        if (old.BlockSize != replacement.BlockSize)
            throw Wrong($"its block size is {old.BlockSize}, not {replacement.BlockSize}");
        if (old.SubVolumes.Count != replacement.SubVolumes.Count)
            throw Wrong($"it has {old.SubVolumes.Count} sub-volumes, not {replacement.SubVolumes.Count}");
        for (var i = 0; i < old.SubVolumes.Count; i++)
            Walk(old.SubVolumes[i], replacement.SubVolumes[i], before, after);
        // A parent may have been scrubbed in meanwhile and be named no more.
        if (old.ReadOnlyParent is { } parent && replacement.ReadOnlyParent is { } newParent)
            Walk(parent, newParent, before, after);
        else if (old.ReadOnlyParent is null && replacement.ReadOnlyParent is not null)
            throw Wrong("it has no read-only parent");
    }

    static IEnumerable<VolumeChange> Changed(int region, RegionRequest old, RegionRequest replacement)
    {
        if ((old.BlockSize, old.BlocksPerExtent, old.ExtentCount) != (replacement.BlockSize, replacement.BlocksPerExtent, replacement.ExtentCount))
            throw Wrong("the geometry of a region set cannot change");
        if (replacement.Gen < old.Gen)
            throw Wrong($"generation {replacement.Gen} is below {old.Gen}");
        if (old.Opts with { Target = replacement.Opts.Target, Control = replacement.Opts.Control } != replacement.Opts)
            throw Wrong("options other than the targets cannot change");
        if (old.Opts.Target.Count != replacement.Opts.Target.Count)
            throw Wrong($"a region set of {old.Opts.Target.Count} targets cannot get {replacement.Opts.Target.Count}");
        return old.Opts.Target.Zip(replacement.Opts.Target)
            .Where(pair => pair.First != pair.Second)
            .Select(pair => new VolumeChange(region, pair.First, pair.Second));
    }

    static string KindOf(VolumeConstructionRequest request) => request switch
    {
        VolumeRequest => "volume",
        RegionRequest => "region",
        FileRequest => "file",
        _ => "url",
    };

    static CrucibleException Wrong(string text) => new(CrucibleError.Of(CrucibleErrorKind.ReplaceRequestInvalid, text));
}
