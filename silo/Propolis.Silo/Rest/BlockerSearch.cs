using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Rest;
using Propolis.Contracts.Results;
using Propolis.Contracts.Sleds;

namespace Propolis.Silo.Rest;

/// <summary>Finds out why instances stay on a sled: asks each of them where else it could run.</summary>
/// <param name="grains">The grains.</param>
public sealed class BlockerSearch(IGrains grains)
{
    /// <summary>The most instances asked.</summary>
    public const int MostAsked = 100;

    /// <summary>What keeps a sled from being empty.</summary>
    /// <param name="sled">The sled.</param>
    public async Task<DrainBlockers> OfAsync(SledView sled)
    {
        var instances = sled.Reservations.Select(reservation => reservation.Instance).Distinct().ToArray();
        var found = await Task.WhenAll(instances.Take(MostAsked).Select(instance => BlockerAsync(instance, sled.Id)));
        return new() { Remaining = sled.Reservations.Count, Blockers = [.. found.OfType<DrainBlocker>()] };
    }

    /// <summary>Why an instance cannot leave, from its own report; null when it can.</summary>
    /// <param name="report">Where it could run.</param>
    /// <param name="sled">Where it is.</param>
    public static string? Reason(Reply<PlacementReport> report, SledId sled)
    {
        if (report.Refusal is { } refusal)
            return refusal.Code is RefusalCode.NotFound or RefusalCode.Gone ? null : refusal.Detail;
        if (report.Value!.Candidates.Any(candidate => candidate != sled))
            return null;
        var others = report.Value.Refusals.Where(one => one.Sled != sled).ToArray();
        return others.Length == 0
            ? "there is no other sled"
            : $"no other sled takes it: {string.Join("; ", others.Take(3).Select(one => $"{one.Sled}: {one.Reason}"))}{(others.Length > 3 ? $"; and {others.Length - 3} more" : "")}";
    }

    async Task<DrainBlocker?> BlockerAsync(InstanceId instance, SledId sled) =>
        Reason(await grains.Get<IInstanceGrain>(instance.Value).PlacementAsync(), sled) is { } reason ? new() { Instance = instance, Reason = reason } : null;
}
