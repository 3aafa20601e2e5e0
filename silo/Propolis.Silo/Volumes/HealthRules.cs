using Propolis.Contracts.Agents;
using Propolis.Contracts.Server;
using Propolis.Contracts.Volumes;

namespace Propolis.Silo.Volumes;

/// <summary>What is said of a volume's regions from what their sleds and their user say; pure.</summary>
static class HealthRules
{
    /// <summary>One region.</summary>
    /// <param name="region">The region.</param>
    /// <param name="served">What its sled says; null when it did not answer.</param>
    /// <param name="trouble">Why not, in words.</param>
    /// <param name="volume">What the VM that has the volume open says; null when none does.</param>
    /// <param name="isAlone">Whether no other region of the volume is on its sled.</param>
    public static RegionHealth Of(VolumeRegion region, RegionState? served, string? trouble, VolumeInfo? volume, bool isAlone)
    {
        var used = volume is null ? null : Targets(volume).FirstOrDefault(target => target.TargetAddr == region.Address)?.State;
        return new() { Region = region, Served = served, Used = used is null ? null : Say(used), Trouble = TroubleOf(region, served, trouble, used, isAlone) };
    }

    /// <summary>What the client says of the whole volume; null when there is none.</summary>
    /// <param name="volume">The tree.</param>
    public static string? Whole(VolumeInfo? volume) => volume is null ? null : Upstairs(volume).Select(one => Words(one.State.ToString())).FirstOrDefault();

    /// <summary>Whether a client uses exactly these regions, and all of them.</summary>
    /// <param name="volume">What it says.</param>
    /// <param name="regions">The regions.</param>
    public static bool AreAllActive(VolumeInfo volume, IReadOnlyCollection<VolumeRegion> regions)
    {
        var active = Targets(volume).Where(target => target.State is DownstairsActive).Select(target => target.TargetAddr).ToHashSet();
        return regions.All(region => active.Contains(region.Address));
    }

    static string? TroubleOf(VolumeRegion region, RegionState? served, string? trouble, DownstairsInfoStatus? used, bool isAlone)
    {
        if (region.State == VolumeRegionState.Leaving)
            return null;
        if (served != RegionState.Running)
            return trouble ?? "it is not served yet";
        if (used is not null and not DownstairsActive)
            return $"its user finds it {Say(used)}";
        return isAlone ? null : $"another region of the volume is on {region.Sled}, too, until there is a sled for one of them";
    }

    static string Say(DownstairsInfoStatus status) => status switch
    {
        DownstairsConnecting connecting => $"connecting {Words(connecting.Mode.ToString())} {Words(connecting.State.ToString())}",
        DownstairsActive => "active",
        DownstairsLiveRepair => "live_repair",
        _ => "stopping",
    };

    static string Words(string name) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    static IEnumerable<DownstairsInfo> Targets(VolumeInfo volume) => Upstairs(volume).SelectMany(one => one.Targets);

    static IEnumerable<UpstairsInfo> Upstairs(VolumeInfo volume) => volume switch
    {
        { Upstairs: { } one } => [one],
        { Volume: { } tree } => tree.SubVolumes.SelectMany(Upstairs),
        _ => [],
    };
}
