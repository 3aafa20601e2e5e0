using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Results;
using Propolis.Contracts.Server;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Sleds;

namespace Propolis.Silo.Rest;

/// <summary><c>/v1/instances/{id}/serial</c>: the instance's serial console, wherever it runs.</summary>
public static class SerialEndpoints
{
    /// <summary>Maps them.</summary>
    /// <param name="routes">The routes of <c>/v1</c>.</param>
    public static IEndpointRouteBuilder MapSerial(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/instances/{id}/serial").WithTags("serial");
        group.MapGet("/", SerialAsync).WithName("instance_serial")
            .WithSummary("WebSocket: bytes to and from the serial console in binary frames, and text frames that say where they come from; follows the instance to other VMs and sleds")
            .Produces(StatusCodes.Status101SwitchingProtocols);
        group.MapGet("/history", HistoryAsync).WithName("instance_serial_history").WithSummary("what the serial console has sent");
        return routes;
    }

    static async Task<IResult> SerialAsync(
        string id,
        HttpContext context,
        IGrains grains,
        ISerialDialer dialer,
        TimeProvider time,
        IHostApplicationLifetime life,
        [FromQuery(Name = "from_start"), Description("start at this offset since the guest's start")] long? fromStart = null,
        [FromQuery(Name = "most_recent"), Description("start so many bytes back; with the present when both are absent")] long? mostRecent = null,
        [FromQuery(Name = "incarnation"), Description("the VM of which from_start is an offset, for a reader that comes back: another one is read from its start")] long? incarnation = null)
    {
        var instance = RefusedException.ReadId<InstanceId>(id);
        var start = SerialStart.Read(fromStart, mostRecent);
        var position = SerialPosition.Read(incarnation, fromStart);
        if (!context.WebSockets.IsWebSocketRequest)
            throw new RefusedException(RefusalCode.Invalid, "the serial console is a WebSocket; ask with an upgrade");
        if ((await grains.Get<IInstanceGrain>(instance.Value).GetAsync()).Refusal is { } refusal)
            return Problems.Answer(refusal);
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await new SerialSession(grains, dialer, time, socket).RunAsync(instance, start, position, life.ApplicationStopping);
        return TypedResults.Empty;
    }

    static async Task<Results<Ok<InstanceSerialConsoleHistoryResponse>, ProblemHttpResult>> HistoryAsync(
        string id,
        IGrains grains,
        ISerialDialer dialer,
        CancellationToken cancel,
        [FromQuery(Name = "from_start"), Description("start at this offset since the guest's start")] long? fromStart = null,
        [FromQuery(Name = "most_recent"), Description("start so many bytes back")] long? mostRecent = null,
        [FromQuery(Name = "max_bytes"), Description("at most so many bytes; 16384 when absent")] long? maxBytes = null)
    {
        var instance = RefusedException.ReadId<InstanceId>(id);
        var start = SerialStart.Read(fromStart, mostRecent);
        var reply = await grains.Get<IInstanceGrain>(instance.Value).GetAsync();
        if (reply.Refusal is { } refusal)
            return Problems.Answer(refusal);
        var view = reply.Value!;
        if (view.Sled is not { } sled || (await grains.Get<ISledGrain>(sled.Value).GetAsync()).Value is not { } there)
            return Problems.Answer(new() { Code = RefusalCode.Conflict, Detail = $"{view.Name} has no VM now, and the history is in the VM; the instance is {view.Phase}" });
        try
        {
            return TypedResults.Ok(await dialer.HistoryAsync(there.Address, instance, SerialRules.VmmOf(view), start, maxBytes, cancel));
        }
        catch (SledCallException e)
        {
            return TypedResults.Problem(Problems.Make(StatusCodes.Status503ServiceUnavailable, Problems.Unavailable, e.Message));
        }
    }
}
