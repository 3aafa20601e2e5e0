using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;
using Propolis.Server.Instances;

namespace Propolis.Server.Rest;

/// <summary>Crucible volumes of the VM: status, replacement and snapshots.</summary>
static class DiskEndpoints
{
    /// <summary>Adds them.</summary>
    public static void MapDisks(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/instance/disk/{id}/status", GetStatus).WithName("disk_volume_status").Produces<VolumeStatus>();
        routes.MapPut("/instance/disk/{id}/vcr", ReplaceAsync).WithName("instance_issue_crucible_vcr_request");
        routes.MapPost("/instance/disk/{id}/snapshot/{snapshot_id:guid}", SnapshotAsync).WithName("instance_issue_crucible_snapshot_request");
    }

    static IResult GetStatus(HttpContext context, InstanceSlot slot, string id)
    {
        var volume = slot.Current.Volume(new SpecKey(id)).Describe();
        return ApiVersions.Of(context.Request.Headers[ApiVersions.Header]) >= ApiVersions.CrucibleVolumeInfo
            ? TypedResults.Ok(new VolumeStatus { VolumeInfo = volume })
            : TypedResults.Ok(new { active = DiskStatusRules.IsActive(volume) });
    }

    static Task<ReplaceResult> ReplaceAsync(InstanceSlot slot, string id, [FromBody] InstanceVCRReplace request, CancellationToken aborted) =>
        slot.ForChange.Volume(new SpecKey(id)).ReplaceAsync(request.VcrJson, aborted);

    static async Task<ContentHttpResult> SnapshotAsync(InstanceSlot slot, string id, [FromRoute(Name = "snapshot_id")] Guid snapshot, CancellationToken aborted)
    {
        await slot.ForChange.Volume(new SpecKey(id)).SnapshotAsync(snapshot, aborted);
        return Answers.Null;
    }
}
