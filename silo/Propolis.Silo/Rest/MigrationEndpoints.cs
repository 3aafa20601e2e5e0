using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Rest;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Rest;

/// <summary><c>/v1/migrations</c>, and <c>/v1/instances/{id}/migrate</c>, which makes one.</summary>
public static class MigrationEndpoints
{
    const string List = "migrations";

    /// <summary>Maps them.</summary>
    /// <param name="routes">The routes of <c>/v1</c>.</param>
    public static IEndpointRouteBuilder MapMigrations(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/instances/{id}/migrate", StartAsync).WithTags(List).WithName("instance_migrate").WithSummary("move a running instance to another sled, live");
        var group = routes.MapGroup("/migrations").WithTags(List);
        group.MapGet("/", ListAsync).WithName("migration_list").WithSummary("list migrations, in the order of their ids");
        group.MapGet("/{id}", GetAsync).WithName("migration_get").WithSummary("show a migration");
        group.MapPost("/{id}/cancel", CancelAsync).WithName("migration_cancel").WithSummary("let the guest stay; refused once it was decided that it moves");
        return routes;
    }

    static async Task<Results<Accepted<MigrationView>, ProblemHttpResult>> StartAsync(string id, MigrateInstance? body, Caller caller, IGrains grains)
    {
        var migration = NewIds.For<MigrationId>(caller.OperationId);
        var reply = await grains.Get<IMigrationGrain>(migration.Value).StartAsync(new()
        {
            OperationId = caller.OperationId,
            Actor = caller.Actor,
            Instance = RefusedException.ReadId<InstanceId>(id),
            Target = body?.Target,
            Reason = Words.CheckReason(body?.Reason),
            Policy = body?.Policy ?? new(),
        });
        return reply.AsAccepted(Location);
    }

    static async Task<Ok<Page<MigrationView>>> ListAsync(
        [AsParameters] ListQuery query,
        IClusterIndex index,
        CancellationToken cancel,
        [Description("only of this project")] string? project = null,
        [Description("only to this sled")] string? target = null,
        [Description("only in this phase")] string? phase = null)
    {
        var filtered = query.ToIndex(List) with
        {
            Project = project,
            Sled = target is null ? null : RefusedException.ReadId<SledId>(target),
            Phase = Words.Check<MigrationPhase>("phase", phase),
        };
        return TypedResults.Ok(ListQuery.Answer(List, await index.MigrationsAsync(filtered, cancel)));
    }

    static async Task<Results<Ok<MigrationView>, ProblemHttpResult>> GetAsync(string id, IGrains grains) => (await Grain(id, grains).GetAsync()).AsOk();

    static async Task<Results<Accepted<MigrationView>, ProblemHttpResult>> CancelAsync(string id, CommandReason? body, Caller caller, IGrains grains) =>
        (await Grain(id, grains).AbortAsync(new() { Actor = caller.Actor, Reason = Words.CheckReason(body?.Reason) })).AsAccepted(Location);

    static string Location(MigrationView migration) => $"/v1/migrations/{migration.Id}";

    static IMigrationGrain Grain(string id, IGrains grains) => grains.Get<IMigrationGrain>(RefusedException.ReadId<MigrationId>(id).Value);
}
