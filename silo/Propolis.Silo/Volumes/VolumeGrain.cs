using System.Security.Cryptography;
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
    const int KeyBytes = 32;

    // How often it is looked whether a sled has come (back) that a crowded region may move to.
    static readonly TimeSpan RoomAfter = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public override bool IsSettled => State is null || RegionRules.IsSettled(State);

    /// <inheritdoc/>
    public override async Task ActivateAsync()
    {
        await base.ActivateAsync();
        GoOn(TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public override async Task TickAsync()
    {
        await base.TickAsync();
        if (IsSettled)
            return;
        await CommitAsync(await new RegionWork(Ports).StepAsync(State!));
        GoOn(RegionRules.WaitsForRoom(State!) ? RoomAfter : Ports.Options.RetryAfter);
    }

    /// <inheritdoc/>
    public async Task<Reply<VolumeView>> CreateAsync(CreateVolume request)
    {
        var decision = VolumeRules.Create(State, request, Now);
        if (decision.State is { } made)
            decision = RegionRules.Place(VolumeRules.WithKey(made, NewKey), Ports.Key, await Ports.Directory.SledsAsync());
        return await DecideAsync(decision, View);
    }

    /// <inheritdoc/>
    public async Task<Reply<VolumeTicket>> CheckoutAsync(CheckoutRequest request)
    {
        if (State is null)
            return NotFound<VolumeTicket>("volume");
        var decision = VolumeRules.CheckOut(State, request, Now);
        if (decision.State is { } given && given != State && await RecoverAsync() is { } wait)
            return wait;
        return await DecideAsync(decision, Ticket);
    }

    /// <inheritdoc/>
    public async Task<Reply<VolumeView>> ReplaceRegionAsync(ReplaceRegion request) => State is null
        ? NotFound<VolumeView>("volume")
        : await DecideAsync(RegionRules.Replace(State, Ports.Key, request, await Ports.Directory.SledsAsync()), View);

    /// <inheritdoc/>
    public async Task<Reply<VolumeSnapshot>> TakeSnapshotAsync(TakeSnapshot request)
    {
        if (State is null)
            return NotFound<VolumeSnapshot>("volume");
        var decision = SnapshotRules.Take(State, request, Now);
        if (decision.Refusal is { } refusal)
            return refusal;
        await CommitAsync(decision.State!);
        var asked = State.Snapshots.Single(one => one.OperationId == request.OperationId);
        if (asked.State == VolumeSnapshotState.Taking)
            await CommitAsync(await new RegionWork(Ports).TakeSnapshotsAsync(State));
        GoOn(Ports.Options.RetryAfter);
        var now = State.Snapshots.Single(one => one.OperationId == request.OperationId);
        return now.State != VolumeSnapshotState.Leaving
            ? now
            : new Refusal { Code = RefusalCode.Conflict, Detail = State.Outbox.LastOrDefault(one => one.Type == "snapshot-failed")?.Reason ?? $"snapshot \"{now.Name}\" was not taken, or is deleted" };
    }

    /// <inheritdoc/>
    public Task<Reply<VolumeSnapshot>> DeleteSnapshotAsync(DeleteSnapshot request) => State is null
        ? Task.FromResult(NotFound<VolumeSnapshot>("volume"))
        : DecideAsync(SnapshotRules.Delete(State, request), state => SnapshotRules.Find(state, request.Snapshot)!);

    /// <inheritdoc/>
    public async Task<Reply<VolumeHealth>> HealthAsync() => State is null
        ? NotFound<VolumeHealth>("volume")
        : await new RegionWork(Ports).HealthAsync(State);

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
        Phase = state switch
        {
            { Deleted: true } => "deleted",
            _ when state.Regions.Any(region => region.State == VolumeRegionState.Creating) => "creating",
            _ => state.Holder is null ? "detached" : "attached",
        },
        Wake = !RegionRules.IsSettled(state),
        Hidden = state.Deleted,
        View = JsonSerializer.Serialize(View(state), PropolisJson.Options),
    };

    async Task<Reply<T>> DecideAsync<T>(Decision<VolumeState> decision, Func<VolumeState, T> answer)
        where T : class
    {
        if (decision.Refusal is { } refusal)
            return refusal;
        await CommitAsync(decision.State!);
        GoOn(TimeSpan.Zero);
        return answer(State!);
    }

    // All three regions are needed to open the volume: one that cannot be reached is replaced first, and the caller asks again.
    async Task<Refusal?> RecoverAsync()
    {
        await CommitAsync(RegionRules.Recover(State!, Ports.Key, await Ports.Directory.SledsAsync()));
        if (!RegionRules.IsRecovering(State!))
            return null;
        GoOn(TimeSpan.Zero);
        return new() { Code = RefusalCode.Conflict, Detail = $"volume \"{State!.Template.Name}\" gets a new region in the place of one that cannot be reached" };
    }

    void GoOn(TimeSpan due)
    {
        if (!IsSettled)
            Ports.Wake(due);
    }

    static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes));

    // What is shown, listed and kept in the index: without keys.
    VolumeView View(VolumeState state) => new()
    {
        Id = VolumeId.Make(Ports.Key),
        Template = state.Template.RequestJson is { } request ? state.Template with { RequestJson = VolumeRequestRules.WithoutKeys(request) } : state.Template,
        Generation = state.Generation,
        Holder = state.Holder,
        History = state.History,
        Deleted = state.Deleted,
        CreatedAt = state.CreatedAt,
        Version = state.Version,
        Regions = state.Regions,
        Snapshots = state.Snapshots,
    };

    // The request is a whole one, with the generation in it: whoever opens the volume takes it as it is.
    VolumeTicket Ticket(VolumeState state) => new()
    {
        Generation = state.Generation,
        Template = VolumeRequestRules.Request(state, Ports.Key) is { } request ? state.Template with { RequestJson = request } : state.Template,
    };
}
