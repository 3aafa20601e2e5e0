using Propolis.Agent.Servers;
using Propolis.Agent.Vmms;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Server;

namespace Propolis.Agent.Rest;

/// <summary>Crucible volumes of a VMM, passed on to its propolis-server under the key that they have there.</summary>
static class VmmVolumeEndpoints
{
    const string OneVolume = AgentRoutes.Vmms + "/{instance}/{incarnation}/volumes/{volume}";

    /// <summary>Maps them.</summary>
    public static IEndpointRouteBuilder MapVmmVolumes(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithTags("vmms").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        group.MapGet(OneVolume, GetAsync).Produces<VolumeStatus>().WithName("vmm_volume_get").WithSummary("A Crucible volume as the VMM sees it");
        group.MapPut(OneVolume + "/vcr", ReplaceAsync).Accepts<InstanceVCRReplace>("application/json").Produces<ReplaceResult>()
            .WithName("vmm_volume_replace").WithSummary("Replaces the target in which the request differs; the guest goes on meanwhile");
        group.MapPost(OneVolume + "/snapshots/{snapshot:guid}", SnapshotAsync).Produces<SnapshotReply>()
            .WithName("vmm_volume_snapshot").WithSummary("Flushes and takes a snapshot; repeated, it changes nothing");
        return routes;
    }

    static Task<IResult> GetAsync(string instance, string incarnation, string volume, SledVmms vmms, ServerApis servers, CancellationToken aborted) =>
        PassAsync(instance, incarnation, volume, vmms, async (port, key) => TypedResults.Ok(await servers.At(port).VolumeAsync(key, aborted)));

    static async Task<IResult> ReplaceAsync(string instance, string incarnation, string volume, HttpRequest request, SledVmms vmms, ServerApis servers)
    {
        var body = await RequestReading.BodyAsync<InstanceVCRReplace>(request);
        return await PassAsync(instance, incarnation, volume, vmms, async (port, key) => TypedResults.Ok(await servers.At(port).ReplaceAsync(key, body, request.HttpContext.RequestAborted)));
    }

    // What the server refuses is known not to be taken.
    static Task<IResult> SnapshotAsync(string instance, string incarnation, string volume, Guid snapshot, SledVmms vmms, ServerApis servers, CancellationToken aborted) =>
        PassAsync(instance, incarnation, volume, vmms, async (port, key) =>
        {
            try
            {
                await servers.At(port).SnapshotAsync(key, snapshot, aborted);
                return TypedResults.Ok(new SnapshotReply { Done = true });
            }
            catch (ServerRefusedException refusal)
            {
                return TypedResults.Ok(new SnapshotReply { Done = false, Reason = refusal.Message });
            }
        });

    static async Task<IResult> PassAsync(string instance, string incarnation, string volume, SledVmms vmms, Func<int, string, Task<IResult>> ask)
    {
        var key = RequestReading.Key(instance, incarnation);
        if (vmms.Find(key) is not { } vmm || AgentRules.IsFinal(vmm.Status.State))
            return Problems.NotFound($"{key} has no running server on this sled");
        if (vmm.Record.Request.Disks.FirstOrDefault(disk => disk.Volume.Value == volume) is not { } disk)
            return Problems.NotFound($"{key} has no volume {volume}");
        try
        {
            return await ask(vmm.Record.Port, disk.Backend.Value);
        }
        catch (ServerRefusedException refusal)
        {
            return Problems.Of((int)refusal.Status, refusal.Message);
        }
    }
}
