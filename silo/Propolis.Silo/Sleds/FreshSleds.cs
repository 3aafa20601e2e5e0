using Propolis.Contracts.Hosting;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Sleds;

/// <summary>
/// Pages of sleds as their grains see them now. Which sleds there are is in the index; heartbeats are not written, so what was heard last is only in the grains, which are in memory as
/// long as their sleds are in service. A page costs one question a sled, however many there are.
/// </summary>
public static class FreshSleds
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>A page; sleds whose grains do not answer within a second are as the index has them.</summary>
    /// <param name="index">The index.</param>
    /// <param name="grains">The grains.</param>
    /// <param name="query">Which page.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Ends the wait.</param>
    public static async Task<IndexPage<SledView>> ListAsync(IClusterIndex index, IGrains grains, IndexQuery query, TimeProvider time, CancellationToken cancel = default)
    {
        var page = await index.SledsAsync(query, cancel);
        return page with { Items = [.. await Task.WhenAll(page.Items.Select(sled => FreshAsync(grains, sled, time, cancel)))] };
    }

    static async Task<SledView> FreshAsync(IGrains grains, SledView indexed, TimeProvider time, CancellationToken cancel)
    {
        try
        {
            var reply = await grains.Get<ISledGrain>(indexed.Id.Value).GetAsync().WaitAsync(Limit, time, cancel);
            // A grain that was just activated has heard nothing yet; what the index has is older, and true.
            return reply.Value is { } fresh ? fresh with { LastHeard = fresh.LastHeard ?? indexed.LastHeard } : indexed;
        }
        catch (Exception e) when (e is GrainCallException or TimeoutException)
        {
            return indexed;
        }
    }
}
