using Microsoft.AspNetCore.Http.HttpResults;
using Propolis.Agent.Vmms;
using Propolis.Contracts.Agents;

namespace Propolis.Agent.Rest;

/// <summary>VMMs over REST: the routes and rules of <see cref="AgentRoutes"/>.</summary>
static class VmmEndpoints
{
    const string OneVmm = AgentRoutes.Vmms + "/{instance}/{incarnation}";

    /// <summary>Maps them.</summary>
    public static IEndpointRouteBuilder MapVmms(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithTags("vmms").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        group.MapGet(AgentRoutes.Vmms, (SledVmms vmms) => TypedResults.Ok(vmms.All()))
            .WithName("vmm_list").WithSummary("All VMMs of the sled, ended ones included until they are removed");
        group.MapGet(OneVmm, async (string instance, string incarnation, SledVmms vmms) => TypedResults.Ok(await vmms.GetAsync(RequestReading.Key(instance, incarnation))))
            .WithName("vmm_get").WithSummary("What a VMM does");
        group.MapPut(OneVmm, EnsureAsync).Accepts<VmmEnsureRequest>("application/json")
            .WithName("vmm_ensure").WithSummary("Makes and runs a VMM; a lower incarnation than seen before is refused");
        group.MapPut(OneVmm + "/state", RequestAsync).Accepts<VmmStateRequest>("application/json")
            .WithName("vmm_state_put").WithSummary("Stops or reboots a VMM");
        group.MapDelete(OneVmm, async (string instance, string incarnation, SledVmms vmms) => TypedResults.Ok(await vmms.RemoveAsync(RequestReading.Key(instance, incarnation))))
            .WithName("vmm_remove").WithSummary("Ends a VMM and all older ones of its instance at once, and refuses them for ever");
        group.MapGet(OneVmm + "/serial", VmmSerial.PassAsync).ProducesProblem(StatusCodes.Status404NotFound)
            .WithName("vmm_serial").WithSummary("Its serial console: a WebSocket, passed through from its propolis-server");
        group.MapGet(OneVmm + "/serial/history", VmmSerial.HistoryAsync).ProducesProblem(StatusCodes.Status404NotFound)
            .WithName("vmm_serial_history").WithSummary("What its serial console has sent: its propolis-server's own answer");
        group.MapPut(OneVmm + "/migration", SendAsync).Accepts<VmmMigrateRequest>("application/json")
            .WithName("vmm_migrate").WithSummary("Sends its guest to a target that waits");
        group.MapDelete(OneVmm + "/migration", async (string instance, string incarnation, SledVmms vmms, CancellationToken aborted) =>
                TypedResults.Ok(await vmms.CancelSendingAsync(RequestReading.Key(instance, incarnation), aborted)))
            .WithName("vmm_migrate_cancel").WithSummary("Stops to send; the guest stays, unless it is too late");
        return routes;
    }

    static async Task<Ok<VmmReply>> SendAsync(string instance, string incarnation, HttpRequest request, SledVmms vmms)
    {
        var key = RequestReading.Key(instance, incarnation);
        return TypedResults.Ok(await vmms.SendAsync(key, await RequestReading.BodyAsync<VmmMigrateRequest>(request), request.HttpContext.RequestAborted));
    }

    static async Task<Ok<VmmReply>> EnsureAsync(string instance, string incarnation, HttpRequest request, SledVmms vmms)
    {
        var key = RequestReading.Key(instance, incarnation);
        return TypedResults.Ok(await vmms.EnsureAsync(key, await RequestReading.BodyAsync<VmmEnsureRequest>(request)));
    }

    static async Task<Ok<VmmReply>> RequestAsync(string instance, string incarnation, HttpRequest request, SledVmms vmms)
    {
        var key = RequestReading.Key(instance, incarnation);
        return TypedResults.Ok(await vmms.RequestAsync(key, await RequestReading.BodyAsync<VmmStateRequest>(request), request.HttpContext.RequestAborted));
    }
}
