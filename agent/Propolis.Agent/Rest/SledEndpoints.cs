using Propolis.Agent.Reports;
using Propolis.Agent.Sleds;
using Propolis.Agent.Storage;
using Propolis.Agent.Vmms;
using Propolis.Contracts.Sleds;

namespace Propolis.Agent.Rest;

/// <summary>The sled itself over REST.</summary>
static class SledEndpoints
{
    /// <summary>Maps it.</summary>
    public static IEndpointRouteBuilder MapSled(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/sled", (SledVmms vmms, SledAgent agent, ReportQueue reports, SequenceSource sequences, Func<SledRegistration> registration) => TypedResults.Ok(new SledAnswer
        {
            Sled = registration().Sled,
            AgentEpoch = sequences.Epoch,
            Hypervisor = registration().Hypervisor,
            Capacity = registration().Capacity,
            Usage = vmms.Usage(),
            Heard = agent.IsHeard,
            AllReported = reports.IsEmpty,
        })).WithTags("sled").WithName("sled_get").WithSummary("The sled, what it can hold and what its VMMs use");
        return routes;
    }
}
