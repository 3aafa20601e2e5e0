using System.Net;
using Propolis.Contracts.Server;
using Propolis.Server.Instances;
using Propolis.Server.Machines;
using Propolis.Server.Rest;
using Propolis.Vmm.Migration;
using EnginePhase = Propolis.Vmm.Migration.MigrationPhase;
using EngineProgress = Propolis.Vmm.Migration.MigrationProgress;
using EngineQuestion = Propolis.Vmm.Migration.MigrationQuestion;
using EngineVerdict = Propolis.Vmm.Migration.MigrationVerdict;
using MigrationSide = Propolis.Contracts.Migrations.MigrationSide;
using MigrationVerdict = Propolis.Contracts.Migrations.MigrationVerdict;

namespace Propolis.Server.Migrations;

/// <summary>
/// One migration of the server's VM as its side knows it: figures, the question that waits for a decision, and the end. It is the engine's decider where somebody outside decides: it holds the
/// question up until <see cref="Decide"/>.
/// </summary>
sealed class MigrationRecord : IMigrationDecision
{
    // Shorter than the engine waits for one answer, so that it sees none as late.
    static readonly TimeSpan AnswerWait = TimeSpan.FromSeconds(5);

    readonly Lock _gate = new();
    readonly TaskCompletionSource<EngineVerdict> _verdict = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly InstanceStateFeed _states;
    readonly BackendDirectory? _backends;
    readonly TimeProvider _clock;
    TaskCompletionSource _changed = NewSignal();
    MigrationStatus _status;

    /// <summary>A migration that begins. <paramref name="backends"/> are those that a decision from outside may replace; null when the source decides.</summary>
    public MigrationRecord(Guid migration, MigrationSide side, InstanceStateFeed states, BackendDirectory? backends, TimeProvider clock)
    {
        _states = states;
        _backends = backends;
        _clock = clock;
        _status = new MigrationStatus { Gen = 1, MigrationId = migration, Side = side, Progress = MigrationStateRules.Of(new EngineProgress()) };
        Publish(MigrationState.Sync);
    }

    /// <summary>The newest of it, with the figures of this moment: a pass over much memory tells nothing by itself until its end.</summary>
    public MigrationStatus Status
    {
        get
        {
            var known = Known;
            // Not with the lock: the figures have one of their own, under which they call Watch.
            return known.HasMoved is null && Figures is { } figures ? known with { Progress = MigrationStateRules.Of(figures()) with { Note = known.Progress.Note } } : known;
        }
    }

    /// <summary>The engine's figures of this moment. Set by who runs it.</summary>
    public Func<EngineProgress>? Figures { get; set; }

    MigrationStatus Known
    {
        get { lock (_gate) return _status; }
    }

    /// <summary>Gives it up, with the reason; false when it is too late. Set by who runs it.</summary>
    public Func<string, bool> Cancel { get; set; } = _ => false;

    /// <summary>It has ended.</summary>
    public bool IsOver => Known.HasMoved is not null;

    /// <summary>The engine tells a step.</summary>
    public void Watch(EngineProgress progress)
    {
        var figures = MigrationStateRules.Of(progress);
        Change(status => status with { Progress = figures with { Note = figures.Note ?? status.Progress.Note } }, isNews: figures.Step != Known.Progress.Step);
        // A guest that moved is told here: the source's VM is over, and its feed closed, before End.
        if (progress.Phase is not EnginePhase.Stayed) Publish(MigrationStateRules.StateOf(progress.Phase));
    }

    /// <summary>It has ended.</summary>
    public void End(bool hasMoved, string reason)
    {
        _ = _verdict.TrySetResult(hasMoved ? EngineVerdict.Commit : EngineVerdict.Abort);
        Change(status => status with { Wait = null, HasMoved = hasMoved, Reason = hasMoved ? null : reason }, isNews: true);
        Publish(hasMoved ? MigrationState.Finish : MigrationState.Error);
    }

    /// <inheritdoc/>
    public async Task<EngineVerdict> AskAsync(EngineQuestion question, CancellationToken cancellation)
    {
        var wait = new MigrationWait { Target = MigrationStateRules.Of(question.Target), Reason = question.Reason.Length > 0 ? question.Reason : null };
        if (!_verdict.Task.IsCompleted) Change(status => status with { Wait = wait }, isNews: Known.Wait != wait);
        try
        {
            return await _verdict.Task.WaitAsync(AnswerWait, _clock, cancellation);
        }
        catch (TimeoutException)
        {
            return EngineVerdict.Undecided;
        }
    }

    /// <summary>Tells the decision. Throws <see cref="ServerException"/>: 400 for none, 409 for another one than was told before, and where nobody outside decides.</summary>
    public void Decide(MigrationDecisionRequest request)
    {
        var verdict = request.Verdict switch
        {
            MigrationVerdict.Commit => EngineVerdict.Commit,
            MigrationVerdict.Abort => EngineVerdict.Abort,
            _ => throw new ServerException(HttpStatusCode.BadRequest, "A decision is commit or abort."),
        };
        if (_backends is not { } own) throw new ServerException(HttpStatusCode.Conflict, "The source of this migration decides by itself.");
        lock (_gate)
        {
            if (_verdict.Task is { IsCompleted: true, Result: var told })
            {
                if (told != verdict) throw new ServerException(HttpStatusCode.Conflict, $"The decision was {told}, and it is final.");
                return;
            }
            if (request.Backends is { } backends && own.Replace(backends) is { } wrong) throw new ServerException(HttpStatusCode.BadRequest, wrong);
            _verdict.SetResult(verdict);
        }
        Change(status => status with { Wait = null }, isNews: true);
    }

    /// <summary>Ends when the generation is there, or with what there is when <paramref name="limit"/> passes.</summary>
    public async Task<MigrationStatus> WaitAsync(ulong generation, TimeSpan limit, CancellationToken stop)
    {
        var began = _clock.GetTimestamp();
        while (true)
        {
            Task? changed;
            lock (_gate)
            {
                changed = _changed.Task;
                if (_status.Gen >= generation || _clock.GetElapsedTime(began) >= limit) changed = null;
            }
            if (changed is null) return Status;
            await Task.WhenAny(changed, Task.Delay(limit - _clock.GetElapsedTime(began) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero, _clock, stop));
            stop.ThrowIfCancellationRequested();
        }
    }

    void Change(Func<MigrationStatus, MigrationStatus> change, bool isNews)
    {
        TaskCompletionSource? waiting = null;
        lock (_gate)
        {
            _status = change(_status);
            if (!isNews) return;
            _status = _status with { Gen = _status.Gen + 1 };
            (waiting, _changed) = (_changed, NewSignal());
        }
        waiting.TrySetResult();
    }

    void Publish(MigrationState state)
    {
        var migration = new InstanceMigrationStatus { Id = _status.MigrationId, State = state };
        _states.Publish(known => _status.Side == MigrationSide.Source ? known with { MigrationOut = migration } : known with { MigrationIn = migration });
    }

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
