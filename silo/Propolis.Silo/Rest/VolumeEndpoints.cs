using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Propolis.Contracts;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Rest;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Rest;

/// <summary><c>/v1/volumes</c>.</summary>
public static class VolumeEndpoints
{
    const string List = "volumes";

    /// <summary>Maps them.</summary>
    /// <param name="routes">The routes of <c>/v1</c>.</param>
    public static IEndpointRouteBuilder MapVolumes(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/volumes").WithTags("volumes");
        group.MapPost("/", CreateAsync).WithName("volume_create").WithSummary("make a volume");
        group.MapGet("/", ListAsync).WithName("volume_list").WithSummary("list volumes, in the order of their ids");
        group.MapGet("/{id}", GetAsync).WithName("volume_get").WithSummary("show a volume");
        group.MapGet("/{id}/checkouts", CheckoutsAsync).WithName("volume_checkouts").WithSummary("the last generations given out, newest last: to whom, when and why");
        group.MapGet("/{id}/health", HealthAsync).WithName("volume_health").WithSummary("how well a Crucible volume's regions are, asked of their sleds now");
        group.MapPost("/{id}/regions/{region:guid}/replace", ReplaceAsync).WithName("volume_region_replace").WithSummary("replace a region of a Crucible volume by a new one on another sled; a running guest goes on meanwhile");
        group.MapPost("/{id}/snapshots", SnapshotAsync).WithName("volume_snapshot_create").WithSummary("take a snapshot through the VM that has the volume open");
        group.MapGet("/{id}/snapshots", SnapshotsAsync).WithName("volume_snapshots").WithSummary("a volume's snapshots, oldest first");
        group.MapDelete("/{id}/snapshots/{snapshot}", DeleteSnapshotAsync).WithName("volume_snapshot_delete").WithSummary("remove a snapshot, by its name or id");
        group.MapDelete("/{id}", DeleteAsync).WithName("volume_delete").WithSummary("forget a volume; refused while a VM holds it");
        return routes;
    }

    static async Task<Results<Created<VolumeView>, ProblemHttpResult>> CreateAsync(VolumeTemplate template, Caller caller, IGrains grains)
    {
        var id = NewIds.For<VolumeId>(caller.OperationId);
        var reply = await grains.Get<IVolumeGrain>(id.Value).CreateAsync(new() { OperationId = caller.OperationId, Actor = caller.Actor, Template = template });
        return reply.AsCreated(Location);
    }

    static async Task<Ok<Page<VolumeView>>> ListAsync(
        [AsParameters] ListQuery query,
        IClusterIndex index,
        CancellationToken cancel,
        [Description("only of this project")] string? project = null,
        [Description("only with this name")] string? name = null) =>
        TypedResults.Ok(ListQuery.Answer(List, await index.VolumesAsync(query.ToIndex(List) with { Project = project, Name = name }, cancel)));

    static async Task<Results<Ok<VolumeView>, ProblemHttpResult>> GetAsync(string id, IGrains grains) => (await Grain(id, grains).GetAsync()).AsOk();

    static async Task<Results<Ok<EquatableList<Checkout>>, ProblemHttpResult>> CheckoutsAsync(string id, IGrains grains)
    {
        var reply = await Grain(id, grains).GetAsync();
        return reply.Refusal is { } refusal ? Problems.Answer(refusal) : TypedResults.Ok(reply.Value!.History);
    }

    static async Task<Results<Ok<VolumeView>, ProblemHttpResult>> DeleteAsync(string id, Caller caller, IGrains grains) =>
        (await Grain(id, grains).DeleteAsync(caller.Actor)).AsOk();

    static async Task<Results<Ok<VolumeHealth>, ProblemHttpResult>> HealthAsync(string id, IGrains grains) => (await Grain(id, grains).HealthAsync()).AsOk();

    static async Task<Results<Accepted<VolumeView>, ProblemHttpResult>> ReplaceAsync(string id, Guid region, CommandReason? body, Caller caller, IGrains grains)
    {
        var reply = await Grain(id, grains).ReplaceRegionAsync(new() { OperationId = caller.OperationId, Actor = caller.Actor, Region = region, Reason = Words.CheckReason(body?.Reason) });
        return reply.AsAccepted(Location);
    }

    static async Task<Results<Accepted<VolumeSnapshot>, ProblemHttpResult>> SnapshotAsync(string id, NewSnapshot body, Caller caller, IGrains grains)
    {
        var reply = await Grain(id, grains).TakeSnapshotAsync(new() { OperationId = caller.OperationId, Actor = caller.Actor, Name = body.Name });
        return reply.AsAccepted(_ => $"/v1/volumes/{id}/snapshots");
    }

    static async Task<Results<Ok<EquatableList<VolumeSnapshot>>, ProblemHttpResult>> SnapshotsAsync(string id, IGrains grains)
    {
        var reply = await Grain(id, grains).GetAsync();
        return reply.Refusal is { } refusal ? Problems.Answer(refusal) : TypedResults.Ok(reply.Value!.Snapshots);
    }

    static async Task<Results<Accepted<VolumeSnapshot>, ProblemHttpResult>> DeleteSnapshotAsync(string id, string snapshot, Caller caller, IGrains grains)
    {
        var reply = await Grain(id, grains).DeleteSnapshotAsync(new() { Actor = caller.Actor, Snapshot = snapshot });
        return reply.AsAccepted(_ => $"/v1/volumes/{id}/snapshots");
    }

    static string Location(VolumeView volume) => $"/v1/volumes/{volume.Id}";

    static IVolumeGrain Grain(string id, IGrains grains) => grains.Get<IVolumeGrain>(RefusedException.ReadId<VolumeId>(id).Value);
}
