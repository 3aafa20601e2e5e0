using System.Text.Json;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Events;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Results;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Hosting;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Instances;

/// <summary>The shell of an instance's rules: commands commit what is wanted, ticks do what <see cref="InstancePlan"/> says is next.</summary>
/// <param name="ports">What it reaches.</param>
/// <param name="state">Its state.</param>
public sealed class InstanceGrain(GrainPorts ports, IEntityState<InstanceState> state) : EntityGrain<InstanceState>(ports, state), IInstanceGrain
{
    // Steps in one turn: a whole start takes about eight. More than that would be a plan that goes in circles; the next tick goes on.
    const int StepsPerTick = 24;

    /// <inheritdoc/>
    public override bool IsSettled => State is null || IsAtRest(State);

    /// <inheritdoc/>
    public override async Task ActivateAsync()
    {
        await base.ActivateAsync();
        if (!IsSettled)
            Ports.Wake(TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public override async Task TickAsync()
    {
        if (State is not null)
            await WorkAsync();
        await base.TickAsync();
    }

    /// <inheritdoc/>
    public async Task<Reply<InstanceView>> CreateAsync(CreateInstance request)
    {
        var decision = InstanceRules.Create(State, request, Now);
        if (decision.Refusal is { } refusal)
            return refusal;
        await CommitAsync(decision.State!, request.Actor, publish: State?.Admission == Admission.Admitted);
        if (State!.Admission == Admission.Asked)
            await CommitAsync((await new InstanceWork(Ports, Now).DoAsync(State, new InstanceStep.Charge())).State, request.Actor);
        Ports.Wake(TimeSpan.Zero);
        return State.AdmissionRefusal is { } refused ? refused : View(State);
    }

    /// <inheritdoc/>
    public async Task<Reply<InstanceView>> CommandAsync(InstanceCommand command)
    {
        if (State is null or { Admission: Admission.Refused })
            return NotFound<InstanceView>("instance");
        return await DecideAsync(InstanceRules.Command(State, command), command.Actor);
    }

    /// <inheritdoc/>
    public async Task<Reply<InstanceView>> EditAsync(EditInstance command)
    {
        if (State is null or { Admission: Admission.Refused })
            return NotFound<InstanceView>("instance");
        var decision = InstanceRules.Edit(State, command);
        if (decision.Refusal is { } refusal)
            return refusal;
        await CommitAsync(decision.State!, command.Actor);
        if (State!.Resize is not null && await new InstanceWork(Ports, Now).ChargeAsync(State) is var (next, excess))
        {
            await CommitAsync(next, command.Actor);
            if (excess is not null)
                return excess;
        }
        return View(State);
    }

    /// <inheritdoc/>
    public async Task<ReportAdvice> ReportAsync(VmmStatus status)
    {
        if (State is null)
            return ReportAdvice.Keep;
        if (VmmRules.Find(State, status.Incarnation) is not { } vmm || (status.Sled is { } sled && vmm.Sled != sled))
            return await ReportUnknownAsync(status);
        await CommitAsync(VmmRules.Hear(State, status), "agent");
        Ports.Wake(TimeSpan.Zero);
        return State.Leftovers.Any(one => one.Incarnation == vmm.Incarnation) ? ReportAdvice.Remove : ReportAdvice.Keep;
    }

    /// <inheritdoc/>
    public Task<Reply<InstanceView>> GetAsync() =>
        Task.FromResult(State is null or { Admission: Admission.Refused } ? NotFound<InstanceView>("instance") : View(State));

    /// <inheritdoc/>
    public async Task<Reply<PlacementReport>> PlacementAsync() =>
        State is null ? NotFound<PlacementReport>("instance") : await new InstanceWork(Ports, Now).RankAsync(State, State.Current ?? VmmRules.Fresh(0, Now, Ports.Options));

    /// <inheritdoc/>
    public async Task<Reply<MigrationLegs>> PrepareMigrationAsync(PrepareMigration request)
    {
        if (State is null or { Admission: Admission.Refused })
            return NotFound<MigrationLegs>("instance");
        var decision = HandoverRules.Prepare(State, request, Now, Ports.Options);
        if (decision.Refusal is { } refusal)
            return refusal;
        await CommitAsync(decision.State!);
        return await new InstanceHandover(Ports, () => State!, next => CommitAsync(next)).AdvanceAsync(request);
    }

    /// <inheritdoc/>
    public async Task<Reply<MigrationLegs>> EndMigrationAsync(EndMigration request)
    {
        if (State is null)
            return NotFound<MigrationLegs>("instance");
        var handover = new InstanceHandover(Ports, () => State!, next => CommitAsync(next));
        var answer = await handover.EndAsync(request);
        Ports.Wake(TimeSpan.Zero);
        return answer;
    }

    /// <inheritdoc/>
    public Task NudgeAsync()
    {
        Ports.Wake(TimeSpan.Zero);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override IndexEntry Describe(InstanceState state) => new()
    {
        Kind = EventKind.Instance,
        Key = Ports.Key,
        Version = state.Version,
        Project = state.Template.Project,
        Name = state.Template.Name,
        Sled = state.Current?.Sled?.Value,
        Phase = JsonNamingPolicy.SnakeCaseLower.ConvertName(PhaseRules.Of(state).ToString()),
        Wake = !IsAtRest(state),
        Hidden = PhaseRules.Of(state) == InstancePhase.Deleted,
        View = JsonSerializer.Serialize(View(state), PropolisJson.Options),
    };

    static bool IsAtRest(InstanceState state) =>
        state.Leftovers.Count == 0 && state.Resize is null
        && (state.Admission is Admission.Refused or Admission.Refunded
            || (state is { Admission: Admission.Admitted, Current: null, Migration: null, Desired: not DesiredState.Deleted } && !InstancePlan.WantsGuest(state)));

    async Task<Reply<InstanceView>> DecideAsync(Decision<InstanceState> decision, string actor)
    {
        if (decision.Refusal is { } refusal)
            return refusal;
        await CommitAsync(decision.State!, actor);
        Ports.Wake(TimeSpan.Zero);
        return View(State!);
    }

    Task CommitAsync(InstanceState next, string actor = "reconciler", bool publish = true) => base.CommitAsync(PhaseRules.Stamp(State, next, Now, actor), publish);

    async Task<ReportAdvice> ReportUnknownAsync(VmmStatus status)
    {
        // Numbers above ours were never given by this record: it may be an old copy of a store, and no guest ends because of that.
        if (status.Incarnation > State!.Incarnation)
            return ReportAdvice.Keep;
        // Room that was taken late, by a call that nobody waited for any more.
        if (status is { State: VmmState.Absent, Sled: { } sled })
            await Ports.Grains.Get<ISledGrain>(sled.Value).ReleaseAsync(new() { Instance = InstanceId.Make(Ports.Key), Incarnation = status.Incarnation });
        return ReportAdvice.Remove;
    }

    /// <summary>
    /// Does what is next until there is something to wait for. Decisions are gathered, and written before the next step that reaches out: whatever others see of it, it is written.
    /// </summary>
    async Task WorkAsync()
    {
        var next = State!;
        for (var i = 0; i < StepsPerTick; i++)
        {
            var work = new InstanceWork(Ports, Now);
            var step = InstancePlan.Next(next, await work.SledsAsync(next), Now, Ports.Options);
            if (step is InstanceStep.Wait wait)
            {
                await CommitAsync(next);
                if (wait.For is { } time)
                    Ports.Wake(time);
                return;
            }
            if (step is not (InstanceStep.Decide or InstanceStep.Place))
            {
                await CommitAsync(next, publish: false);
                next = State!;
            }
            var before = next;
            (next, var again) = await work.DoAsync(before, step);
            if (again is null && !ReferenceEquals(before, next))
                continue;
            await CommitAsync(next);
            Ports.Wake(again ?? Ports.Options.RetryAfter);
            return;
        }
        await CommitAsync(next);
        Ports.Wake(Ports.Options.RetryAfter);
    }

    InstanceView View(InstanceState state) => new()
    {
        Id = InstanceId.Make(Ports.Key),
        Project = state.Template.Project,
        Name = state.Template.Name,
        Description = state.Template.Description,
        Phase = PhaseRules.Of(state),
        Desired = state.Desired,
        Reason = state.Reason,
        Incarnation = state.Incarnation,
        VmmIncarnation = state.Current?.Incarnation,
        GuestSince = state.Current is { } current ? current.GuestSince ?? current.Incarnation : null,
        Sled = state.Current?.Sled,
        Vmm = state.Current?.Observed,
        ServerAddress = state.Current?.ServerAddress,
        Cpus = state.Template.Spec.Board.Cpus,
        MemoryMb = (long)state.Template.Spec.Board.MemoryMb,
        Volumes = state.Template.Volumes,
        CreatedAt = state.CreatedAt,
        PhaseSince = state.PhaseSince,
        Deadline = state.NotBefore ?? (state.Current is { Step: not VmmStep.Live } or { Observed: not VmmState.Running } ? state.Current?.Deadline : null),
        Migration = state.Migration,
        TargetSled = state.Target?.Sled,
        Restart = state.Template.Restart,
        SledLoss = state.Template.SledLoss,
        Boot = state.Template.Boot,
        Version = state.Version,
    };
}
