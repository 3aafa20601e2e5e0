using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Upstairs;

/// <content>Replicas that are slow or broken are given up, and jobs with them.</content>
public sealed partial class UpstairsCore
{
    void TickActive()
    {
        var idle = Array.TrueForAll(_replicas, r => r.UnfinishedJobs == 0);
        if (_jobsSinceFlush > 0 && idle && !_options.ReadOnly && _now - _lastActivity >= _options.FlushTimeout && _replicas.Count(r => r.Accepts) >= 2)
            SubmitFlush(null, null);
        foreach (var r in _replicas)
            GiveUpSlow(r);
        AskOthersForLateReads();
    }

    // Only beside two that keep up: with one of them slow, too, there is nobody to go on with.
    void GiveUpSlow(Replica r)
    {
        var others = _replicas.Count(other => other != r && other.State == ReplicaState.Active && JobRules.KeepsUp(other.UnfinishedJobs, other.UnfinishedBytes, _options));
        var able = r.State == ReplicaState.Active && others >= 2;
        if (!able || !JobRules.HoldsUp(r.UnfinishedJobs, r.UnfinishedBytes, _options))
            r.SlowSince = null;
        else
            r.SlowSince ??= _now;
        if (able && r.UnfinishedJobs > 0 && _now - r.LastProgress >= _options.StallLimit)
            Fault(r, $"it finished nothing for {_options.StallLimit.TotalSeconds} s");
        else if (_now - r.SlowSince >= _options.StallLimit)
            Fault(r, $"it held the guest up for {_options.StallLimit.TotalSeconds} s, while the others kept up");
    }

    // The replica's jobs are given up; it comes back only by repair.
    void Fault(Replica r, string reason)
    {
        if (State is not (UpstairsState.Active or UpstairsState.Deactivating or UpstairsState.GoActive))
            return;
        if (r.State is ReplicaState.Active or ReplicaState.LiveRepair || r.Mode == ReplicaMode.Offline)
            _output.Log($"replica {r.Index} ({r.Target}) is faulted: {reason}");
        var repairing = r.State == ReplicaState.LiveRepair || _repair is { } repair && (repair.Target == r.Index || repair.Source == r.Index);
        if (r.Connected || r.ConnectAt is null)
            Drop(r);
        if (State == UpstairsState.Active && r.Mode != ReplicaMode.Replaced)
            r.Mode = ReplicaMode.Faulted;
        r.LastFlush = null;
        if (State == UpstairsState.Deactivating)
            (r.State, r.Mode, r.ConnectAt) = (ReplicaState.Stopped, ReplicaMode.Faulted, null);
        else
            ConnectLater(r, reason);
        SkipJobs(r);
        if (repairing)
            AbortLiveRepair(reason);
    }

    void SkipJobs(Replica r)
    {
        (r.UnfinishedJobs, r.UnfinishedBytes) = (0, 0);
        foreach (var job in _jobs.ToList())
        {
            // What it finished since its last flush may be lost too, and the next repair will copy it anyway.
            if (job[r.Index] is JobState.InProgress or JobState.Waiting)
                job[r.Index] = JobState.Skipped;
        }

        foreach (var job in _jobs.ToList())
        {
            Settle(job);
            Advance(job);
        }
    }

    void FinishDeactivation()
    {
        if (State != UpstairsState.Deactivating || _jobs.Exists(job => !job.IsSettled))
            return;
        var error = _replicas.Count(r => r.State == ReplicaState.Active) < 2 || _lostWrites
            ? CrucibleError.Of(CrucibleErrorKind.IoError, "the last flush reached too few replicas")
            : null;
        State = UpstairsState.Initializing;
        Stop(UpstairsState.Initializing, CrucibleError.Of(CrucibleErrorKind.UpstairsInactive));
        _output.Finished(UpstairsState.Initializing, error);
    }

    void ResetJobs()
    {
        _jobs.Clear();
        _failedReads.Clear();
        (_retired, _nextFlush, _jobsSinceFlush, _bytesSinceFlush, _lostWrites, _repair) = (_nextJob - 1, 1, 0, 0, false, null);
        _dependencies.Write(0, _options.BlockCount, _retired, _retired);
        foreach (var r in _replicas)
            (r.UnfinishedJobs, r.UnfinishedBytes, r.LastFlush, r.FirstJob) = (0, 0, null, 0);
    }

    void FailEverything(CrucibleError error)
    {
        _repair = null;
        foreach (var job in _jobs.Where(job => job.Request is not null && !job.Acknowledged).ToList())
        {
            job.Acknowledged = true;
            Finish(job.Request!, error);
        }

        ResetJobs();
        while (_held.TryDequeue(out var request))
            Finish(request, error);
    }
}
