using System.Text.Json;
using Propolis.Contracts.Events;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Results;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Hosting;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Volumes;

/// <summary>The shell of a volume's rules.</summary>
/// <param name="ports">What it reaches.</param>
/// <param name="state">Its state.</param>
public sealed class VolumeGrain(GrainPorts ports, IEntityState<VolumeState> state) : EntityGrain<VolumeState>(ports, state), IVolumeGrain
{
    /// <inheritdoc/>
    public override bool IsSettled => true;

    /// <inheritdoc/>
    public Task<Reply<VolumeView>> CreateAsync(CreateVolume request) => DecideAsync(VolumeRules.Create(State, request, Now), View);

    /// <inheritdoc/>
    public Task<Reply<VolumeTicket>> CheckoutAsync(CheckoutRequest request) => State is null
        ? Task.FromResult(NotFound<VolumeTicket>("volume"))
        : DecideAsync(VolumeRules.CheckOut(State, request, Now), Ticket);

    /// <inheritdoc/>
    public async Task<Reply<VolumeView>> ReleaseAsync(VolumeHolder holder)
    {
        if (State is null)
            return NotFound<VolumeView>("volume");
        await CommitAsync(VolumeRules.Release(State, holder));
        return View(State);
    }

    /// <inheritdoc/>
    public Task<Reply<VolumeView>> DeleteAsync(string actor) => State is null
        ? Task.FromResult(NotFound<VolumeView>("volume"))
        : DecideAsync(VolumeRules.Delete(State, actor), View);

    /// <inheritdoc/>
    public Task<Reply<VolumeView>> GetAsync() => Task.FromResult(State is null ? NotFound<VolumeView>("volume") : View(State));

    /// <inheritdoc/>
    protected override IndexEntry Describe(VolumeState state) => new()
    {
        Kind = EventKind.Volume,
        Key = Ports.Key,
        Version = state.Version,
        Project = state.Template.Project,
        Name = state.Template.Name,
        Sled = state.Template.Sled?.Value,
        Phase = state.Deleted ? "deleted" : state.Holder is null ? "detached" : "attached",
        Hidden = state.Deleted,
        View = JsonSerializer.Serialize(View(state), PropolisJson.Options),
    };

    async Task<Reply<T>> DecideAsync<T>(Decision<VolumeState> decision, Func<VolumeState, T> answer)
        where T : class
    {
        if (decision.Refusal is { } refusal)
            return refusal;
        await CommitAsync(decision.State!);
        return answer(State!);
    }

    VolumeView View(VolumeState state) => new()
    {
        Id = VolumeId.Make(Ports.Key),
        Template = state.Template,
        Generation = state.Generation,
        Holder = state.Holder,
        History = state.History,
        Deleted = state.Deleted,
        CreatedAt = state.CreatedAt,
        Version = state.Version,
    };

    static VolumeTicket Ticket(VolumeState state) => new() { Generation = state.Generation, Template = state.Template };
}
