using Microsoft.AspNetCore.Http.HttpResults;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Rest;
using Propolis.Silo.Hosting;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Rest;

/// <summary><c>/v1/projects</c>: quotas and what is used of them. A project is there as soon as it is named.</summary>
public static class ProjectEndpoints
{
    const string List = "projects";
    const string KeyPrefix = "proj-";

    /// <summary>Maps them.</summary>
    /// <param name="routes">The routes of <c>/v1</c>.</param>
    public static IEndpointRouteBuilder MapProjects(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/projects").WithTags("projects");
        group.MapGet("/", ListAsync).WithName("project_list").WithSummary("list projects, in the order of their names");
        group.MapGet("/{name}", GetAsync).WithName("project_get").WithSummary("show a project");
        group.MapPut("/{name}/quota", SetQuotaAsync).WithName("project_quota").WithSummary("set what a project may have; less than it uses stops nothing, it only admits no more");
        return routes;
    }

    static async Task<Ok<Page<ProjectView>>> ListAsync([AsParameters] ListQuery query, IClusterIndex index, CancellationToken cancel) =>
        TypedResults.Ok(ListQuery.Answer(List, await index.ProjectsAsync(query.ToIndex(List), cancel)));

    static async Task<Ok<ProjectView>> GetAsync(string name, IGrains grains) => TypedResults.Ok(await Grain(name, grains).GetAsync());

    static async Task<Results<Ok<ProjectView>, ProblemHttpResult>> SetQuotaAsync(string name, ProjectQuota quota, Caller caller, IGrains grains) =>
        (await Grain(name, grains).SetQuotaAsync(new() { OperationId = caller.OperationId, Actor = caller.Actor, Quota = quota })).AsOk();

    static IProjectGrain Grain(string name, IGrains grains) =>
        Names.Fault("the project", name) is { } fault ? throw new RefusedException(fault.Code, fault.Detail) : grains.Get<IProjectGrain>(KeyPrefix + name);
}
