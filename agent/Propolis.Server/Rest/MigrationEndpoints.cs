using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Propolis.Contracts.Server;
using Propolis.Server.Instances;
using Propolis.Server.Migrations;

namespace Propolis.Server.Rest;

/// <summary>
/// Migrations of the VM. Those below <c>/instance</c> are the original's, but for the protocol between the servers. Those below <c>/migration</c> are for a cluster, whose silos decide:
/// <code>
/// PUT    /migration/target    MigrationReceiveRequest -> MigrationReceiveResponse   wait for a guest; where its source connects
/// PUT    /migration/source    MigrationSendRequest                                  send the guest there
/// GET    /migration?gen=N                             -> MigrationStatus            how it goes; waits for generation N up to 20 s
/// PUT    /migration/decision  MigrationDecisionRequest                              commit or abort, told to both sides
/// DELETE /migration?reason=                                                         give it up; 409 once only the decision counts
/// </code>
/// </summary>
static class MigrationEndpoints
{
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    /// <summary>Adds them.</summary>
    public static void MapMigration(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/instance/migration-status", GetStatus).WithName("instance_migrate_status");
        routes.MapGet("/instance/migrate/{migration_id:guid}/start", Start).WithName("instance_migrate_start");
        routes.MapGet("/instance/vnc", IResult () => throw ServerException.NotBuilt("VNC")).ExcludeFromDescription();
        routes.MapPut("/migration/target", Receive).WithName("migration_receive");
        routes.MapPut("/migration/source", Send).WithName("migration_send");
        routes.MapGet("/migration", WatchAsync).WithName("migration_get");
        routes.MapPut("/migration/decision", Decide).WithName("migration_decide");
        routes.MapDelete("/migration", Cancel).WithName("migration_cancel");
    }

    static InstanceMigrateStatusResponse GetStatus(InstanceSlot slot) => slot.Current.States.Current.Migration;

    static MigrationReceiveResponse Start(
        HttpContext context,
        MigrationSources sources,
        [FromRoute(Name = "migration_id")] Guid migration,
        [FromQuery(Name = "target_server")] string? targetServer)
    {
        if (context.WebSockets.IsWebSocketRequest) throw ServerException.NotBuilt("migration protocol of the original: both servers must be of this build");
        return new MigrationReceiveResponse { Address = sources.Offer(migration, targetServer).ToString() };
    }

    static Created<MigrationReceiveResponse> Receive([FromBody] MigrationReceiveRequest request, MigrationTargets targets) =>
        TypedResults.Created("/migration", new MigrationReceiveResponse { Address = targets.Receive(request).ToString() });

    static NoContent Send([FromBody] MigrationSendRequest request, MigrationSources sources)
    {
        sources.Send(request);
        return TypedResults.NoContent();
    }

    static async Task<MigrationStatus> WatchAsync(MigrationDesk desk, StoppingToken stopping, [FromQuery(Name = "gen")] ulong? generation, CancellationToken aborted)
    {
        using var stop = stopping.Or(aborted);
        return await desk.Newest.WaitAsync(generation ?? 0, LongestWait, stop.Token);
    }

    static NoContent Decide([FromBody] MigrationDecisionRequest request, MigrationDesk desk)
    {
        desk.MustBe(request.MigrationId).Decide(request);
        return TypedResults.NoContent();
    }

    static NoContent Cancel(MigrationDesk desk, [FromQuery] string? reason)
    {
        var newest = desk.Newest;
        if (newest.IsOver) return TypedResults.NoContent();
        if (!newest.Cancel(reason ?? "on request")) throw new ServerException(HttpStatusCode.Conflict, "It is too late to give the migration up: only the decision counts now.");
        return TypedResults.NoContent();
    }
}
