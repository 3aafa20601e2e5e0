using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Upstairs;

/// <content>Replicas' answers, and when the guest gets its own.</content>
public sealed partial class UpstairsCore
{
    /// <summary>Reads in which replicas disagreed, or whose blocks could not be opened.</summary>
    public long BadReads { get; private set; }

    bool TryHandleJob(Replica r, MessageKind kind, ReadOnlySpan<byte> frame)
    {
        switch (kind)
        {
            case MessageKind.ReadResponse:
                return FrameReader.TryRead<ReadResponse>(frame, out var response) && TakeRead(r, response);
            case MessageKind.WriteAck or MessageKind.WriteUnwrittenAck or MessageKind.FlushAck or MessageKind.BarrierAck
                or MessageKind.ExtentLiveAckId or MessageKind.ExtentLiveRepairAckId:
                return FrameReader.TryRead<JobAck>(frame, out var ack) && TakeAck(r, ack);
            case MessageKind.ExtentLiveCloseAck:
                return FrameReader.TryRead<ExtentLiveCloseAck>(frame, out var close) && TakeCloseAck(r, close);
            case MessageKind.ErrorReport:
                return FrameReader.TryRead<ErrorReport>(frame, out var report) && TakeReport(r, report);
            default:
                return false;
        }
    }

    // Null for jobs that are forgotten or that this replica finished before a replay.
    Job? Unfinished(Replica r, in JobIdentity identity)
    {
        if (identity.UpstairsId != _options.UpstairsId || identity.SessionId != _options.SessionId
            || identity.JobId < FirstJob || identity.JobId >= _nextJob)
            return null;
        var job = _jobs[(int)(identity.JobId - FirstJob)];
        return job[r.Index] == JobState.InProgress ? job : null;
    }

    bool TakeRead(Replica r, in ReadResponse response)
    {
        if (Unfinished(r, response.Identity) is not { Kind: MessageKind.ReadRequest } job)
            return true;
        var error = response.Error;
        if (error is null && !job.Acknowledged)
            error = _seal.Open(response, job.Target.Span, job.Owned.Span);
        if (error is null)
            CompareRead(r, job, response);
        else
            BadReads++;
        if (error is not null)
            _output.Log($"replica {r.Index}: read of {job.Count} blocks from {job.Start} failed: {error}");
        job.LastError = error ?? job.LastError;
        EndAt(job, r, error is null ? JobState.Done : JobState.Failed);
        return true;
    }

    void CompareRead(Replica r, Job job, in ReadResponse response)
    {
        job.Fingerprints[r.Index] = Crypto.XxHash64.Hash(response.Contexts) | 1;
        if (job.Replayed || JobRules.OddOneOut(job.Fingerprints) is not (>= 0 and var odd))
            return;
        BadReads++;
        _output.Log($"replica {odd} differs from the two others in {job.Count} blocks from {job.Start}");
    }

    bool TakeAck(Replica r, in JobAck ack)
    {
        if (Unfinished(r, ack.Identity) is not { } job)
            return true;
        if (ack.Error is { } error)
        {
            FailAt(r, job, error);
            return true;
        }

        if (job.Kind == MessageKind.Flush)
            r.LastFlush = Math.Max(r.LastFlush ?? 0, job.Id);
        EndAt(job, r, JobState.Done);
        return true;
    }

    // A replica that could not do what the others did is no longer equal to them.
    void FailAt(Replica r, Job job, CrucibleError error)
    {
        job.LastError = error;
        EndAt(job, r, JobState.Failed);
        if (job.IsRepair)
            AbortLiveRepair($"replica {r.Index}: {error}");
        if (r.State != ReplicaState.Stopped)
            Fault(r, $"job {job.Id} failed: {error}");
    }

    bool TakeReport(Replica r, in ErrorReport report)
    {
        if (Unfinished(r, report.Identity) is not { } job)
            return true;
        _output.Log($"replica {r.Index}: job {job.Id}: {report.Error}");
        if (job.IsRepair)
            FailAt(r, job, report.Error);
        else if (report.Error.Kind == CrucibleErrorKind.SnapshotFailed)
            job.SnapshotError = report.Error;
        return true;
    }

    void EndAt(Job job, Replica r, JobState state)
    {
        r.UnfinishedJobs--;
        r.UnfinishedBytes -= job.Bytes;
        r.LastProgress = _now;
        job[r.Index] = state;
        job.Partial[r.Index] = job.Kind == MessageKind.Flush && r.State == ReplicaState.LiveRepair;
        Settle(job);
        Advance(job);
    }

    // Answers the guest when it is time, and forgets what a finished flush covers.
    void Settle(Job job)
    {
        var settled = job.IsSettled;
        if (!job.Acknowledged && job.Request is { } request)
        {
            var needed = JobRules.Needed(request.Kind, _options.ReadOnly, job.SnapshotName is not null);
            if (JobRules.Answer(request.Kind, needed, job.Whole, settled) is { } good && (good || !HasAnotherChance(job)))
                Acknowledge(job, request, good);
        }

        if (!settled)
            return;
        if (job is { IsWrite: true, LossNoted: false } && job.CountOf(JobState.Done) < 2)
            _lostWrites = job.LossNoted = true;
        if (job.Kind == MessageKind.Flush || _options.ReadOnly)
            Retire(job);
        FinishDeactivation();
    }

    void Acknowledge(Job job, GuestRequest request, bool good)
    {
        job.Acknowledged = true;
        if (job.Twin is { } twin)
            twin.Acknowledged = true;
        if (!good)
            request.Error ??= job.LastError ?? CrucibleError.Of(CrucibleErrorKind.IoError, "too few replicas could do it");
        if (job.Kind == MessageKind.Flush)
        {
            request.Error ??= job.SnapshotError;
            if (_lostWrites)
                request.Error ??= CrucibleError.Of(CrucibleErrorKind.IoError, "writes that were acknowledged earlier reached too few replicas");
            _lostWrites &= !good;
        }

        if (--request.UnfinishedParts == 0)
            Finish(request, request.Error);
    }

    void Finish(GuestRequest request, CrucibleError? error)
    {
        if (request.Completed)
            return;
        request.Completed = true;
        _output.Complete(request, error);
    }
}
