using System.Text.Json;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Events;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Results;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Hosting;
using Propolis.Silo.Sleds;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Migrations;

/// <summary>The shell of a migration's rules. A side that asks is answered from what is written; while the guest is copied no turn waits for an agent or for the instance's turn.</summary>
/// <param name="ports">What it reaches.</param>
/// <param name="state">Its state.</param>
public sealed class MigrationGrain(GrainPorts ports, IEntityState<MigrationState> state) : EntityGrain<MigrationState>(ports, state), IMigrationGrain
{
    const int StepsPerTick = 12;

    /// <inheritdoc/>
    public override bool IsSettled => State is null || MigrationRules.IsOver(State);

    MigrationId Id => MigrationId.Make(Ports.Key);

    IInstanceGrain Instance => Ports.Grains.Get<IInstanceGrain>(State!.Request.Instance.Value);

    ILimitsGrain Limits => Ports.Grains.Get<ILimitsGrain>(ILimitsGrain.TheKey);

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
        for (var i = 0; i < StepsPerTick && !IsSettled; i++)
        {
            var before = State!.Version;
            await CommitAsync(MigrationRules.Elapse(State, Now));
            await StepAsync();
            if (State.Version == before)
                break;
        }
        if (!IsSettled)
            Ports.Wake(MigrationTimes.Look);
        await base.TickAsync();
    }

    /// <inheritdoc/>
    public async Task<Reply<MigrationView>> StartAsync(StartMigration request)
    {
        if (State is null && (await Ports.Grains.Get<IInstanceGrain>(request.Instance.Value).GetAsync()).Refusal is { } missing)
            return missing;
        return await DecideAsync(MigrationRules.Start(State, request, Now));
    }

    /// <inheritdoc/>
    public async Task<Reply<MigrationView>> AbortAsync(AbortMigration request) =>
        State is null ? NotFound<MigrationView>("migration") : await DecideAsync(MigrationRules.Abort(State, request));

    /// <inheritdoc/>
    public async Task<MigrationAnswer> AskAsync(MigrationQuestion question)
    {
        if (State is not null)
        {
            await CommitAsync(MigrationRules.Ask(State, question, Now));
            Ports.Wake(TimeSpan.Zero);
        }
        return MigrationRules.Answer(State, question);
    }

    /// <inheritdoc/>
    public async Task ReportAsync(MigrationReport report)
    {
        if (State is null)
            return;
        await CommitAsync(MigrationRules.Hear(State, report, Now));
        if (!MigrationRules.IsOver(State) && (report.Failure is not null || report.Progress?.DowntimeMs is not null))
            Ports.Wake(TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public Task<Reply<MigrationView>> GetAsync() => Task.FromResult(State is null ? NotFound<MigrationView>("migration") : View(State));

    /// <inheritdoc/>
    public Task NudgeAsync()
    {
        Ports.Wake(TimeSpan.Zero);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override IndexEntry Describe(MigrationState state) => new()
    {
        Kind = EventKind.Migration,
        Key = Ports.Key,
        Version = state.Version,
        Project = state.Project,
        Name = state.Request.Instance.Value,
        Sled = state.Target?.Value,
        Phase = JsonNamingPolicy.SnakeCaseLower.ConvertName(state.Phase.ToString()),
        Wake = !MigrationRules.IsOver(state),
        View = JsonSerializer.Serialize(View(state), PropolisJson.Options),
    };

    async Task<Reply<MigrationView>> DecideAsync(Decision<MigrationState> decision)
    {
        if (decision.Refusal is { } refusal)
            return refusal;
        await CommitAsync(decision.State!);
        Ports.Wake(TimeSpan.Zero);
        return View(State!);
    }

    async Task StepAsync()
    {
        try
        {
            var next = State!.Phase switch
            {
                MigrationPhase.Queued => await QueueAsync(State),
                MigrationPhase.Preparing => await PrepareAsync(State),
                MigrationPhase.Copying => State.Sent ? await WatchAsync(State) : await SendAsync(State),
                MigrationPhase.Committed => await FinishAsync(State, MigrationVerdict.Commit),
                MigrationPhase.Aborting => await FinishAsync(State, MigrationVerdict.Abort),
                _ => State,
            };
            await CommitAsync(next);
        }
        catch (Exception e) when (e is GrainCallException or SledCallException)
        {
            HostLog.TickFailed(Ports.Log, Ports.Key, e);
        }
    }

    async Task<MigrationState> QueueAsync(MigrationState present)
    {
        var sleds = new[] { (await Instance.GetAsync()).Value?.Sled, present.Request.Target }.OfType<SledId>().Distinct();
        var answer = await Limits.TakeAsync(new() { Migration = Id, Sleds = [.. sleds] });
        if (answer.Refusal is null)
            return MigrationRules.Begin(present, Now);
        return present.Reason == answer.Refusal.Detail ? present : present with { Reason = answer.Refusal.Detail };
    }

    async Task<MigrationState> PrepareAsync(MigrationState present)
    {
        var answer = await Instance.PrepareMigrationAsync(new() { Migration = Id, Target = present.Request.Target });
        return answer.Value is { } legs
            ? MigrationRules.Prepared(present, legs, Now)
            : MigrationRules.Abort(present, answer.Refusal!.Detail, isFailure: true);
    }

    async Task<MigrationState> SendAsync(MigrationState present)
    {
        var request = new VmmMigrateRequest { Migration = Id, TargetAddress = present.TargetAddress!, Policy = present.Request.Policy };
        return MigrationRules.SendTold(present, await Ports.Agents.MigrateAsync(await SourceAddressAsync(present), present.Request.Instance, present.SourceIncarnation, request));
    }

    async Task<MigrationState> WatchAsync(MigrationState present)
    {
        await Limits.TakeAsync(new() { Migration = Id, Sleds = [present.Source!.Value, present.Target!.Value] });
        return (await Instance.GetAsync()).Value is { } view ? MigrationRules.Watch(present, view) : present;
    }

    async Task<MigrationState> FinishAsync(MigrationState present, MigrationVerdict verdict)
    {
        if (!present.Told)
        {
            var answer = await Instance.EndMigrationAsync(new() { Migration = Id, Verdict = verdict, Reason = present.Reason });
            if (answer.Refusal is { Code: not RefusalCode.NotFound })
                return present;
            return MigrationRules.DecisionTaken(present, answer.Value, Now);
        }
        if (verdict == MigrationVerdict.Commit && !MigrationRules.HasArrived(present, (await Instance.GetAsync()).Value, Now))
            return present;
        if (verdict == MigrationVerdict.Abort && present.Sent && Now < present.Deadline)
            await Ports.Agents.StopMigrationAsync(await SourceAddressAsync(present), present.Request.Instance, present.SourceIncarnation);
        await Limits.ReleaseAsync(Id);
        return MigrationRules.End(present, Now);
    }

    async Task<string> SourceAddressAsync(MigrationState present) =>
        (await Ports.Grains.Get<ISledGrain>(present.Source!.Value.Value).GetAsync()).Value?.Address ?? throw new SledCallException($"there is no sled {present.Source}");

    MigrationView View(MigrationState state) => new()
    {
        Id = Id,
        Instance = state.Request.Instance,
        Project = state.Project,
        Phase = state.Phase,
        Reason = state.Reason ?? state.Request.Reason,
        Source = state.Source,
        SourceIncarnation = state.SourceIncarnation,
        Target = state.Target ?? state.Request.Target,
        TargetIncarnation = state.TargetIncarnation,
        Progress = state.Progress,
        Actor = state.Request.Actor,
        CreatedAt = state.CreatedAt,
        EndedAt = state.EndedAt,
        Deadline = state.Deadline == DateTimeOffset.MaxValue || MigrationRules.IsOver(state) ? null : state.Deadline,
        Version = state.Version,
    };
}
