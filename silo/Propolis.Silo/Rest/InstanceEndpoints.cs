using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Rest;
using Propolis.Contracts.Results;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Rest;

/// <summary><c>/v1/instances</c>: what should be there, and what is. Commands answer 202: they are recorded, and done by and by.</summary>
public static class InstanceEndpoints
{
    const string List = "instances";

    /// <summary>Maps them.</summary>
    /// <param name="routes">The routes of <c>/v1</c>.</param>
    public static IEndpointRouteBuilder MapInstances(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/instances").WithTags("instances");
        group.MapPost("/", CreateAsync).WithName("instance_create").WithSummary("make an instance");
        group.MapGet("/", ListAsync).WithName("instance_list").WithSummary("list instances, in the order of their ids");
        group.MapGet("/{id}", GetAsync).WithName("instance_get").WithSummary("show an instance");
        group.MapPatch("/{id}", EditAsync).WithName("instance_edit").WithSummary("change what an instance is; what is absent stays");
        group.MapDelete("/{id}", DeleteAsync).WithName("instance_delete").WithSummary("stop an instance and forget it");
        group.MapGet("/{id}/placement", PlacementAsync).WithName("instance_placement").WithSummary("where it could run now, and why not elsewhere");
        MapCommand(group, InstanceAction.Start, "run an instance");
        MapCommand(group, InstanceAction.Stop, "stop an instance");
        MapCommand(group, InstanceAction.Reboot, "reset an instance");
        MapCommand(group, InstanceAction.Relocate, "stop an instance here and start it on another sled");
        return routes;
    }

    /// <summary>Where an instance is.</summary>
    /// <param name="instance">The instance.</param>
    public static string Location(InstanceView instance) => $"/v1/instances/{instance.Id}";

    static void MapCommand(RouteGroupBuilder group, InstanceAction action, string summary)
    {
        var word = action.ToString().ToLowerInvariant();
        group.MapPost($"/{{id}}/{word}", (string id, CommandReason? body, Caller caller, IGrains grains) => CommandAsync(id, action, body?.Reason, caller, grains))
            .WithName($"instance_{word}").WithSummary(summary);
    }

    static async Task<Results<Created<InstanceView>, ProblemHttpResult>> CreateAsync(InstanceTemplate template, Caller caller, IGrains grains)
    {
        var id = NewIds.For<InstanceId>(caller.OperationId);
        var reply = await grains.Get<IInstanceGrain>(id.Value).CreateAsync(new() { OperationId = caller.OperationId, Actor = caller.Actor, Template = template });
        return reply.AsCreated(Location);
    }

    static async Task<Ok<Page<InstanceView>>> ListAsync(
        [AsParameters] ListQuery query,
        IClusterIndex index,
        CancellationToken cancel,
        [Description("only of this project")] string? project = null,
        [Description("only with this name")] string? name = null,
        [Description("only on this sled")] string? sled = null,
        [Description("only in this phase")] string? phase = null)
    {
        var filtered = query.ToIndex(List) with
        {
            Project = project,
            Name = name,
            Sled = sled is null ? null : RefusedException.ReadId<SledId>(sled),
            Phase = Words.Check<InstancePhase>("phase", phase),
        };
        return TypedResults.Ok(ListQuery.Answer(List, await index.InstancesAsync(filtered, cancel)));
    }

    static async Task<Results<Ok<InstanceView>, ProblemHttpResult>> GetAsync(string id, IGrains grains) => (await Grain(id, grains).GetAsync()).AsOk();

    static async Task<Results<Ok<InstanceView>, ProblemHttpResult>> EditAsync(string id, InstanceEdit edit, Caller caller, IGrains grains)
    {
        if (edit == new InstanceEdit())
            throw new RefusedException(RefusalCode.Invalid, "the body changes nothing; it can have description, restart, sled_loss, cpus and memory_mb");
        var reply = await Grain(id, grains).EditAsync(new()
        {
            OperationId = caller.OperationId,
            Actor = caller.Actor,
            Description = edit.Description,
            Restart = edit.Restart,
            SledLoss = edit.SledLoss,
            Cpus = edit.Cpus,
            MemoryMb = edit.MemoryMb,
        });
        return reply.AsOk();
    }

    static Task<Results<Accepted<InstanceView>, ProblemHttpResult>> DeleteAsync(string id, Caller caller, IGrains grains, [Description("why, for the events")] string? reason = null) =>
        CommandAsync(id, InstanceAction.Delete, reason, caller, grains);

    static async Task<Results<Ok<PlacementReport>, ProblemHttpResult>> PlacementAsync(string id, IGrains grains) => (await Grain(id, grains).PlacementAsync()).AsOk();

    static async Task<Results<Accepted<InstanceView>, ProblemHttpResult>> CommandAsync(string id, InstanceAction action, string? reason, Caller caller, IGrains grains)
    {
        var reply = await Grain(id, grains).CommandAsync(new() { OperationId = caller.OperationId, Actor = caller.Actor, Action = action, Reason = Words.CheckReason(reason) });
        return reply.AsAccepted(Location);
    }

    static IInstanceGrain Grain(string id, IGrains grains) => grains.Get<IInstanceGrain>(RefusedException.ReadId<InstanceId>(id).Value);
}
