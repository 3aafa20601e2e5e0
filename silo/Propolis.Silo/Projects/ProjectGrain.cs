using System.Text.Json;
using Propolis.Contracts.Events;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Results;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Hosting;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Projects;

/// <summary>The shell of a project's rules.</summary>
/// <param name="ports">What it reaches.</param>
/// <param name="state">Its state.</param>
public sealed class ProjectGrain(GrainPorts ports, IEntityState<ProjectState> state) : EntityGrain<ProjectState>(ports, state), IProjectGrain
{
    /// <summary>What the keys of projects start with; the name follows.</summary>
    public const string Prefix = "proj-";

    /// <inheritdoc/>
    public override bool IsSettled => true;

    /// <inheritdoc/>
    public Task<Reply<ProjectView>> ChargeAsync(ProjectCharge charge) => DecideAsync(ProjectRules.Charge(State, charge, Ports.Options.DefaultQuota), publish: false);

    /// <inheritdoc/>
    public async Task RefundAsync(InstanceId instance)
    {
        if (State is not null)
            await CommitSoonShownAsync(ProjectRules.Refund(State, instance));
    }

    /// <inheritdoc/>
    public async Task<Reply<ProjectView>> SitAsync(GroupSeat seat) => State is null ? NotFound<ProjectView>("project") : await DecideAsync(ProjectRules.Sit(State, seat), publish: false);

    /// <inheritdoc/>
    public async Task RiseAsync(VolumeHolder holder)
    {
        if (State is not null)
            await CommitSoonShownAsync(ProjectRules.Rise(State, holder));
    }

    /// <inheritdoc/>
    public Task<Reply<ProjectView>> SetQuotaAsync(QuotaCommand command) => DecideAsync(ProjectRules.SetQuota(State, command));

    /// <inheritdoc/>
    public Task<ProjectView> GetAsync() => Task.FromResult(View(State ?? new()));

    /// <inheritdoc/>
    protected override IndexEntry Describe(ProjectState state) => new()
    {
        Kind = EventKind.Project,
        Key = Ports.Key,
        Version = state.Version,
        Project = Name,
        Name = Name,
        View = JsonSerializer.Serialize(View(state), PropolisJson.Options),
    };

    string Name => Ports.Key[Prefix.Length..];

    async Task<Reply<ProjectView>> DecideAsync(Decision<ProjectState> decision, bool publish = true)
    {
        if (decision.Refusal is { } refusal)
            return refusal;
        await (publish ? CommitAsync(decision.State!) : CommitSoonShownAsync(decision.State!));
        return View(State!);
    }

    // All creations of a project pass through here one by one: each waits for one write, and those that wait meanwhile are shown together.
    async Task CommitSoonShownAsync(ProjectState next)
    {
        await CommitAsync(next, publish: false);
        Ports.Wake(TimeSpan.Zero);
    }

    ProjectView View(ProjectState state) => new() { Name = Name, Quota = state.Quota ?? Ports.Options.DefaultQuota, Used = ProjectRules.Used(state), Version = state.Version };
}
