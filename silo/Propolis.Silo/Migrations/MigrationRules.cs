using Propolis.Contracts.Agents;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Results;
using Propolis.Silo.Events;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Migrations;

/// <summary>
/// What a migration decides. The one decision is a phase that is written: the guest moves when the target, and nobody else, said that it is ready while nothing was decided; it
/// stays in every other case. Both sides are told only what is written.
/// </summary>
public static class MigrationRules
{
    /// <summary>Begins a migration, or finds that it is begun.</summary>
    /// <param name="state">The migration so far.</param>
    /// <param name="request">What to move where.</param>
    /// <param name="now">The time.</param>
    public static Decision<MigrationState> Start(MigrationState? state, StartMigration request, DateTimeOffset now)
    {
        if (state is not null && state.Request.OperationId == request.OperationId && !state.Request.Equals(request))
            return new Refusal { Code = RefusalCode.OperationReused, Detail = $"operation {request.OperationId} was another migration before; each needs its own id" };
        if (state is not null)
            return state.Request.Equals(request) ? state : Refuse("there is already a migration with this id");
        if (request.Policy is { DowntimeBudgetMs: < 1 } or { MaxPasses: < 1 } or { MaxBytesPerSecond: < 1 })
            return new Refusal { Code = RefusalCode.Invalid, Detail = "downtime_budget_ms, max_passes and max_bytes_per_second must be 1 or more" };
        return new MigrationState { Request = request, CreatedAt = now, Deadline = now + MigrationTimes.Queue, MovedAt = now }.Say("queued", request.Actor, request.Reason);
    }

    /// <summary>Its turn has come.</summary>
    /// <param name="state">The migration.</param>
    /// <param name="now">The time.</param>
    public static MigrationState Begin(MigrationState state, DateTimeOffset now) => state.Phase == MigrationPhase.Queued
        ? (state with { Phase = MigrationPhase.Preparing, Deadline = now + MigrationTimes.Prepare, Reason = null }).Say("preparing", "reconciler")
        : state;

    /// <summary>The instance has told how far the target is.</summary>
    /// <param name="state">The migration.</param>
    /// <param name="legs">Both ends.</param>
    /// <param name="now">The time.</param>
    public static MigrationState Prepared(MigrationState state, MigrationLegs legs, DateTimeOffset now)
    {
        if (state.Phase != MigrationPhase.Preparing)
            return state;
        var known = state with
        {
            Project = legs.Project,
            Source = legs.Source,
            SourceIncarnation = legs.SourceIncarnation,
            Target = legs.Target,
            TargetIncarnation = legs.TargetIncarnation,
            Reason = legs.Reason,
        };
        if (legs.TargetState is { } target && AgentRules.IsFinal(target))
            return Abort(known, "the target ended before it was ready", isFailure: true);
        return legs.TargetAddress is { } address
            ? (known with { Phase = MigrationPhase.Copying, TargetAddress = address, Deadline = now + MigrationTimes.Copy, MovedAt = now }).Say("copying", "reconciler", $"from {legs.Source} to {legs.Target}")
            : known;
    }

    /// <summary>The source's agent was told to send.</summary>
    /// <param name="state">The migration.</param>
    /// <param name="reply">Its answer.</param>
    public static MigrationState SendTold(MigrationState state, VmmReply reply) => state.Phase != MigrationPhase.Copying ? state : reply.Outcome switch
    {
        VmmOutcome.Done => state with { Sent = true },
        _ => Abort(state, reply.Reason ?? $"{state.Source} refused to send", isFailure: true),
    };

    /// <summary>A side tells how it goes.</summary>
    /// <param name="state">The migration.</param>
    /// <param name="report">Its words.</param>
    /// <param name="now">The time.</param>
    public static MigrationState Hear(MigrationState state, MigrationReport report, DateTimeOffset now)
    {
        if (!IsSide(state, report.Side, report.Incarnation))
            return state;
        if (report.Progress is { DowntimeMs: not null } measured)
            state = Measured(state, measured);
        else if (report.Progress is { } progress && report.Side == MigrationSide.Source && !progress.Equals(state.Progress) && !IsMeasured(state))
        {
            var passed = progress.Pass != state.Progress?.Pass || progress.Step != state.Progress?.Step;
            state = state with { Progress = progress, MovedAt = now };
            if (passed)
                state = state.Say("progress", "agent", Describe(progress));
        }
        return report.Failure is { } failure && IsUndecided(state) ? Abort(state, failure, isFailure: true) : state;
    }

    /// <summary>A side that stands still asks.</summary>
    /// <param name="state">The migration.</param>
    /// <param name="question">Its words.</param>
    /// <param name="now">The time.</param>
    public static MigrationState Ask(MigrationState state, MigrationQuestion question, DateTimeOffset now)
    {
        if (state.Phase != MigrationPhase.Copying || !IsSide(state, question.Side, question.Incarnation))
            return state;
        return question switch
        {
            { Target: TargetReadiness.Refused } => Abort(state, question.Reason ?? "the target could not take the guest over", isFailure: true),
            { Side: MigrationSide.Target, Target: TargetReadiness.Ready } =>
                (state with { Phase = MigrationPhase.Committed, Reason = null, Deadline = DateTimeOffset.MaxValue }).Say("committed", "reconciler"),
            // Also one that has heard that the target is ready: the target may have died since, and the guest stands still.
            { Side: MigrationSide.Source } when state.SourceStuckSince is null => state with { SourceStuckSince = now },
            _ => state,
        };
    }

    /// <summary>What a side is told: the decision, once it is written, and an abort only when the source's disks are ready.</summary>
    /// <param name="state">The migration as written; null when it is not known.</param>
    /// <param name="question">Who asks.</param>
    public static MigrationAnswer Answer(MigrationState? state, MigrationQuestion question) => state?.Phase switch
    {
        MigrationPhase.Committed or MigrationPhase.Completed => IsSide(state, question.Side, question.Incarnation) ? new() { Verdict = MigrationVerdict.Commit } : Stay(state, question),
        MigrationPhase.Aborting when state.Told => Stay(state, question),
        MigrationPhase.Aborted or MigrationPhase.Failed => Stay(state, question),
        _ => new() { Verdict = MigrationVerdict.Undecided },
    };

    /// <summary>Somebody wants the guest to stay.</summary>
    /// <param name="state">The migration.</param>
    /// <param name="request">Who and why.</param>
    public static Decision<MigrationState> Abort(MigrationState state, AbortMigration request) => state.Phase switch
    {
        MigrationPhase.Aborting or MigrationPhase.Aborted or MigrationPhase.Failed => state,
        MigrationPhase.Committed or MigrationPhase.Completed => Refuse("the migration is committed: the guest moves"),
        _ => Abort(state, request.Reason ?? $"{request.Actor} aborted it", isFailure: false),
    };

    /// <summary>Time has passed.</summary>
    /// <param name="state">The migration.</param>
    /// <param name="now">The time.</param>
    public static MigrationState Elapse(MigrationState state, DateTimeOffset now) => state.Phase switch
    {
        MigrationPhase.Queued when state.Deadline <= now => Abort(state, $"its turn did not come in {MigrationTimes.Queue.TotalMinutes:0} min: {state.Reason}", isFailure: true),
        MigrationPhase.Preparing when state.Deadline <= now => Abort(state, $"the target was not ready in {MigrationTimes.Prepare.TotalSeconds:0} s{(state.Reason is null ? "" : $": {state.Reason}")}", isFailure: true),
        MigrationPhase.Copying when state.Deadline <= now => Abort(state, $"the copying took longer than {MigrationTimes.Copy.TotalMinutes:0} min", isFailure: true),
        MigrationPhase.Copying when state.SourceStuckSince is { } since && now - since >= MigrationTimes.Decide =>
            Abort(state, $"the target did not say that it is ready in {MigrationTimes.Decide.TotalSeconds:0} s while the source stood still", isFailure: true),
        MigrationPhase.Copying when now - state.MovedAt >= MigrationTimes.Stall => Abort(state, $"nothing moved for {MigrationTimes.Stall.TotalSeconds:0} s", isFailure: true),
        _ => state,
    };

    /// <summary>What the instance shows while the guest is copied.</summary>
    /// <param name="state">The migration.</param>
    /// <param name="instance">The instance.</param>
    public static MigrationState Watch(MigrationState state, InstanceView instance) => state.Phase switch
    {
        MigrationPhase.Copying when instance.Migration?.Value is null => Abort(state, "the instance does not know the migration any more", isFailure: true),
        MigrationPhase.Copying when instance.Vmm is { } source && AgentRules.IsFinal(source) => Abort(state, "the source ended", isFailure: true),
        _ => state,
    };

    /// <summary>The instance has taken the decision.</summary>
    /// <param name="state">The migration.</param>
    /// <param name="legs">Both ends afterwards.</param>
    /// <param name="now">The time.</param>
    public static MigrationState DecisionTaken(MigrationState state, MigrationLegs? legs, DateTimeOffset now) => state with
    {
        Told = true,
        Deadline = now + (state.Phase == MigrationPhase.Aborting ? MigrationTimes.StopSending : MigrationTimes.Arrive),
        Disks = state.Phase == MigrationPhase.Aborting ? legs?.Disks ?? [] : [],
        Backends = state.Phase == MigrationPhase.Aborting ? legs?.Backends : null,
    };

    /// <summary>Whether there is nothing more to hear of a guest that moves: it runs, it never will there, or nobody says.</summary>
    /// <param name="state">The migration, committed and told.</param>
    /// <param name="instance">The instance; null when it is gone.</param>
    /// <param name="now">The time.</param>
    public static bool HasArrived(MigrationState state, InstanceView? instance, DateTimeOffset now) =>
        IsMeasured(state) || state.Deadline <= now || instance is not { Vmm: { } vmm } || instance.Incarnation != state.TargetIncarnation || AgentRules.IsFinal(vmm);

    /// <summary>All is told and given back.</summary>
    /// <param name="state">The migration.</param>
    /// <param name="now">The time.</param>
    public static MigrationState End(MigrationState state, DateTimeOffset now)
    {
        var (phase, type) = state switch
        {
            { Phase: MigrationPhase.Committed } => (MigrationPhase.Completed, "completed"),
            { AbortIsFailure: true } => (MigrationPhase.Failed, "failed"),
            _ => (MigrationPhase.Aborted, "aborted"),
        };
        return (state with { Phase = phase, EndedAt = now }).Say(type, "reconciler", phase == MigrationPhase.Completed && IsMeasured(state) ? DescribeEnd(state.Progress!) : state.Reason);
    }

    /// <summary>Whether nothing is decided yet.</summary>
    /// <param name="state">The migration.</param>
    public static bool IsUndecided(MigrationState state) => state.Phase < MigrationPhase.Committed;

    /// <summary>Whether it has ended.</summary>
    /// <param name="state">The migration.</param>
    public static bool IsOver(MigrationState state) => state.Phase >= MigrationPhase.Completed;

    /// <summary>Decides that the guest stays.</summary>
    /// <param name="state">The migration, undecided.</param>
    /// <param name="reason">Why.</param>
    /// <param name="isFailure">Whether because something did not work.</param>
    public static MigrationState Abort(MigrationState state, string reason, bool isFailure) =>
        (state with { Phase = MigrationPhase.Aborting, AbortIsFailure = isFailure, Reason = reason, Deadline = DateTimeOffset.MaxValue }).Say("aborting", "reconciler", reason);

    // The first word counts; it is final, whichever side says it. What comes after the end is an event of its own.
    static MigrationState Measured(MigrationState state, MigrationProgress end)
    {
        if (IsMeasured(state) || state.Phase is not (MigrationPhase.Committed or MigrationPhase.Completed))
            return state;
        var known = state.Progress ?? end;
        state = state with
        {
            Progress = known with
            {
                Step = end.Step,
                Pass = Math.Max(known.Pass, end.Pass),
                BytesSent = Math.Max(known.BytesSent, end.BytesSent),
                BytesRemaining = 0,
                DowntimeMs = end.DowntimeMs,
                TotalMs = end.TotalMs,
            },
        };
        return state.Phase == MigrationPhase.Completed ? state.Say("measured", "agent", DescribeEnd(state.Progress)) : state;
    }

    static bool IsMeasured(MigrationState state) => state.Progress?.DowntimeMs is not null;

    static MigrationAnswer Stay(MigrationState state, MigrationQuestion question) => new()
    {
        Verdict = MigrationVerdict.Abort,
        Reason = state.Reason,
        Disks = question.Side == MigrationSide.Source ? state.Disks : [],
        Backends = question.Side == MigrationSide.Source ? state.Backends : null,
    };

    static bool IsSide(MigrationState state, MigrationSide side, long incarnation) =>
        incarnation == (side == MigrationSide.Source ? state.SourceIncarnation : state.TargetIncarnation);

    static string Describe(MigrationProgress progress) =>
        $"{progress.Step}, pass {progress.Pass}: {progress.BytesSent} bytes sent, {progress.BytesRemaining} remain, {progress.DirtyPagesPerSecond} pages change a second, downtime would be {progress.ProjectedDowntimeMs} ms";

    static string DescribeEnd(MigrationProgress end) =>
        $"the guest stood still for {end.DowntimeMs} ms{(end.TotalMs is { } total ? $" of {total} ms" : "")}; {end.Pass} passes, {end.BytesSent} bytes sent";

    static Refusal Refuse(string detail) => new() { Code = RefusalCode.Conflict, Detail = detail };
}
