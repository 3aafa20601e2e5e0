using Microsoft.AspNetCore.Http.HttpResults;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Rest;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Sleds;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Rest;

/// <summary><c>/v1/sleds</c>.</summary>
public static class SledEndpoints
{
    const string List = "sleds";

    /// <summary>Maps them.</summary>
    /// <param name="routes">The routes of <c>/v1</c>.</param>
    public static IEndpointRouteBuilder MapSleds(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/sleds").WithTags("sleds");
        group.MapGet("/", ListAsync).WithName("sled_list").WithSummary("list sleds, in the order of their ids");
        group.MapGet("/{id}", GetAsync).WithName("sled_get").WithSummary("show a sled");
        group.MapGet("/{id}/drain", DrainAsync).WithName("sled_drain_get").WithSummary("how far a sled is emptied, and what keeps it from going on");
        MapPolicy(group, "drain", SledPolicy.Draining, "give a sled's instances to others, and new ones no more; resume ends it");
        MapPolicy(group, "resume", SledPolicy.InService, "take a sled back into service");
        MapPolicy(group, "expunge", SledPolicy.Expunged, "say that a sled is off and stays off, so that its instances may start elsewhere; final");
        return routes;
    }

    static void MapPolicy(RouteGroupBuilder group, string word, SledPolicy policy, string summary) => group
        .MapPost($"/{{id}}/{word}", (string id, CommandReason? body, Caller caller, IGrains grains) => SetPolicyAsync(id, policy, body?.Reason, caller, grains))
        .WithName($"sled_{word}").WithSummary(summary);

    static async Task<Ok<Page<SledView>>> ListAsync([AsParameters] ListQuery query, IClusterIndex index, IGrains grains, TimeProvider time, CancellationToken cancel) =>
        TypedResults.Ok(ListQuery.Answer(List, await FreshSleds.ListAsync(index, grains, query.ToIndex(List), time, cancel)));

    static async Task<Results<Ok<SledView>, ProblemHttpResult>> GetAsync(string id, IGrains grains) => (await Grain(id, grains).GetAsync()).AsOk();

    static async Task<Results<Ok<DrainView>, ProblemHttpResult>> DrainAsync(string id, IGrains grains) =>
        (await grains.Get<IDrainGrain>($"drain-{RefusedException.ReadId<SledId>(id)}").GetAsync()).AsOk();

    static async Task<Results<Accepted<SledView>, ProblemHttpResult>> SetPolicyAsync(string id, SledPolicy policy, string? reason, Caller caller, IGrains grains)
    {
        var reply = await Grain(id, grains).SetPolicyAsync(new() { OperationId = caller.OperationId, Actor = caller.Actor, Policy = policy, Reason = Words.CheckReason(reason) });
        return reply.AsAccepted(sled => $"/v1/sleds/{sled.Id}");
    }

    static ISledGrain Grain(string id, IGrains grains) => grains.Get<ISledGrain>(RefusedException.ReadId<SledId>(id).Value);
}
