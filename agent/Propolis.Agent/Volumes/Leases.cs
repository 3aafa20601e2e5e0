using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Volumes;

namespace Propolis.Agent.Volumes;

/// <summary>Asks silos about generations.</summary>
static class Leases
{
    /// <summary>Whether a generation is the newest of a volume. Only the volume's grain knows; while no silo answers, nobody does.</summary>
    public static async Task<LeaseVerdict> AskAsync(IGrains grains, VolumeId? volume, long generation)
    {
        if (volume is not { } known)
            return LeaseVerdict.Unknown;
        try
        {
            var reply = await grains.Get<IVolumeGrain>(known.Value).GetAsync();
            return reply.Value is { } view ? Judge(view, generation) : LeaseVerdict.Unknown;
        }
        catch (GrainCallException)
        {
            return LeaseVerdict.Unknown;
        }
    }

    /// <summary>What a volume's view says of a generation.</summary>
    public static LeaseVerdict Judge(VolumeView view, long generation) => view switch
    {
        { Deleted: true } => LeaseVerdict.Lost,
        _ when view.Generation > generation => LeaseVerdict.Lost,
        _ => LeaseVerdict.Held,
    };
}
