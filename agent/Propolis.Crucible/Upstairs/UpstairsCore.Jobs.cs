using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Upstairs;

/// <content>Guest requests and the jobs they become.</content>
public sealed partial class UpstairsCore
{
    readonly BlockDependencies _dependencies = new();
    readonly List<Job> _jobs = [];
    readonly Queue<GuestRequest> _held = new();
    ulong _nextJob = Protocol.FirstJobId;
    ulong _retired;
    ulong _nextFlush = 1;
    int _jobsSinceFlush;
    long _bytesSinceFlush;
    TimeSpan _lastActivity;
    bool _lostWrites;

    /// <summary>Jobs that are still kept.</summary>
    public int KeptJobs => _jobs.Count;

    /// <summary>Those jobs, oldest first.</summary>
    public IReadOnlyList<JobStatus> Work => _jobs
        .Select(job => new JobStatus(job.Id, job.Kind, job.Dependencies, _replicas.Select(r => job[r.Index]).ToList())
        {
            Blocks = job.Count,
            Replayed = job.Replayed,
            Acknowledged = job.Acknowledged,
        }).ToList();

    /// <summary>Guest requests that wait because a replica has too much to do.</summary>
    public int HeldRequests => _held.Count;

    /// <summary>Reads in which replicas disagreed, or whose blocks could not be opened.</summary>
    public long BadReads { get; private set; }

    ulong FirstJob => _nextJob - (ulong)_jobs.Count;

    /// <summary>
    /// A guest asks. Wrong requests are answered at once; others wait while a replica has too much unfinished.
    /// </summary>
    public void Submit(GuestRequest request)
    {
        if (Refuse(request) is { } error)
            Finish(request, error);
        else if (request.Kind != GuestRequestKind.Flush && request.Buffer.IsEmpty)
            Finish(request, null);
        else if (_held.Count > 0 || IsFull)
            _held.Enqueue(request);
        else
            Start(request);
        Conclude();
    }

    bool IsFull
    {
        get
        {
            foreach (var r in _replicas)
            {
                if (r.UnfinishedJobs >= _options.MaxJobs || r.UnfinishedBytes >= _options.MaxBytes)
                    return true;
            }

            return false;
        }
    }

    CrucibleError? Refuse(GuestRequest request)
    {
        if (State != UpstairsState.Active)
            return State == UpstairsState.Fenced ? _stoppedBy : CrucibleError.Of(CrucibleErrorKind.UpstairsInactive);
        if (_options.ReadOnly && request.IsWrite)
            return CrucibleError.Of(CrucibleErrorKind.ModifyingReadOnlyRegion);
        if (request.Buffer.Length % _options.BlockSize != 0)
            return CrucibleError.Of(CrucibleErrorKind.DataLenUnaligned);
        var count = (ulong)request.Buffer.Length / _options.BlockSize;
        if (request.Start > _options.BlockCount || count > _options.BlockCount - request.Start)
            return CrucibleError.Of(CrucibleErrorKind.OffsetInvalid);
        if (request.SnapshotName is not null && _options.ReadOnly)
            return CrucibleError.Of(CrucibleErrorKind.ModifyingReadOnlyRegion);
        var needed = JobRules.Needed(request.Kind, _options.ReadOnly, request.SnapshotName is not null);
        var able = 0;
        foreach (var r in _replicas)
            able += r.Accepts ? 1 : 0;
        return able < needed
            ? CrucibleError.Of(CrucibleErrorKind.IoError, $"too many inactive clients: {able} of {needed} replicas can take a {request.Kind}")
            : null;
    }

    void Start(GuestRequest request)
    {
        _lastActivity = _now;
        switch (request.Kind)
        {
            case GuestRequestKind.Flush when _options.ReadOnly:
                Finish(request, null);
                break;
            case GuestRequestKind.Flush:
                SubmitFlush(request, request.SnapshotName);
                break;
            case GuestRequestKind.Read:
                SubmitRead(request);
                break;
            default:
                SubmitWrite(request);
                break;
        }
    }

    // A request is cut at extents, so that every job belongs to one extent and live repair can pass it by.
    IEnumerable<(ulong Start, ulong Count, int Offset)> Pieces(GuestRequest request)
    {
        var end = request.Start + ((ulong)request.Buffer.Length / _options.BlockSize);
        for (var start = request.Start; start < end;)
        {
            var count = Math.Min(end - start, _options.BlocksPerExtent - (start % _options.BlocksPerExtent));
            yield return (start, count, (int)((start - request.Start) * _options.BlockSize));
            start += count;
        }
    }

    void SubmitRead(GuestRequest request)
    {
        var pieces = Pieces(request).ToList();
        request.UnfinishedParts = pieces.Count;
        foreach (var (start, count, offset) in pieces)
        {
            var dependencies = _dependencies.Read(start, start + count, _nextJob, _retired);
            Add(new Job(_nextJob, MessageKind.ReadRequest, dependencies)
            {
                Start = start,
                Count = count,
                Target = request.Buffer.Slice(offset, (int)count * (int)_options.BlockSize),
                Owned = request.Owned.IsEmpty ? default : request.Owned.Slice((int)(start - request.Start), (int)count),
                Request = request,
                Extent = (uint)(start / _options.BlocksPerExtent),
                Only = ReplicaFor((long)count * (long)_options.BlockSize),
                AskedAt = _now,
            });
        }
    }

    void SubmitWrite(GuestRequest request)
    {
        var kind = request.Kind == GuestRequestKind.Write ? MessageKind.Write : MessageKind.WriteUnwritten;
        var parts = request.Sealed
            ?? Pieces(request).Select(p => _seal.Seal(p.Start, request.Buffer.Span.Slice(p.Offset, (int)p.Count * (int)_options.BlockSize))).ToList();
        request.UnfinishedParts = parts.Count;
        foreach (var part in parts)
        {
            var dependencies = _dependencies.Write(part.Start, part.Start + part.Count, _nextJob, _retired);
            Add(new Job(_nextJob, kind, dependencies)
            {
                Start = part.Start,
                Count = part.Count,
                Body = part.Body,
                Request = request,
                Extent = (uint)(part.Start / _options.BlocksPerExtent),
            });
        }

        if (!_options.Sync)
            Finish(request, null);
    }

    void SubmitFlush(GuestRequest? request, string? snapshot)
    {
        (_jobsSinceFlush, _bytesSinceFlush) = (0, 0);
        if (request is not null)
            request.UnfinishedParts = 1;
        var dependencies = _dependencies.Write(0, _options.BlockCount, _nextJob, _retired);
        Add(new Job(_nextJob, MessageKind.Flush, dependencies) { FlushNumber = _nextFlush++, SnapshotName = snapshot, Request = request });
    }

    void Add(Job job)
    {
        _nextJob++;
        _jobs.Add(job);
        _jobsSinceFlush++;
        _bytesSinceFlush += job.Bytes;
        foreach (var r in _replicas)
            Give(job, r);
        for (var i = _replicas.Length; i < Protocol.ReplicaCount; i++)
            job[i] = JobState.Skipped;
        Settle(job);
        // Live repair counts on consecutive ids, so no flush comes between its jobs.
        if (!job.IsRepair && job.Kind != MessageKind.Flush && !_options.ReadOnly && (_jobsSinceFlush >= _options.MaxUnflushedJobs || _bytesSinceFlush >= _options.MaxUnflushedBytes))
            SubmitFlush(null, null);
    }

    void Give(Job job, Replica r)
    {
        if (job.Only >= 0 && job.Only != r.Index)
        {
            job[r.Index] = JobState.Skipped;
            return;
        }

        var wanted = r.State == ReplicaState.Active || r.Mode == ReplicaMode.Offline
            || (r.State == ReplicaState.LiveRepair && (job.IsRepair || job.Kind == MessageKind.Flush || job.Extent <= RepairLimit));
        if (!wanted)
        {
            job[r.Index] = JobState.Skipped;
            return;
        }

        if (job.Kind is MessageKind.ExtentLiveNoOp or MessageKind.ExtentLiveReopen or MessageKind.ExtentLiveRepair)
            return;
        Begin(job, r);
    }

    void Begin(Job job, Replica r)
    {
        if (r.UnfinishedJobs++ == 0)
            r.LastProgress = _now;
        r.UnfinishedBytes += job.Bytes;
        job[r.Index] = JobState.InProgress;
        if (r.Connected && r.State is ReplicaState.Active or ReplicaState.LiveRepair)
            Send(job, r);
        else if (r.UnfinishedJobs > _options.MaxOfflineJobs || r.UnfinishedBytes > _options.MaxOfflineBytes)
            _faults.Enqueue((r, "it was away for too long to be sent everything it missed"));
    }

    void Send(Job job, Replica r)
    {
        var target = _output.To(r.Index);
        var identity = new JobIdentity(_options.UpstairsId, _options.SessionId, job.Id);
        var dependencies = DependenciesFor(job, r);
        switch (job.Kind)
        {
            case MessageKind.ReadRequest:
                target.Append(new ReadRequest { Identity = identity, Dependencies = dependencies, Start = job.Start, Count = job.Count });
                break;
            case MessageKind.Flush:
                target.Append(new FlushRequest
                {
                    Identity = identity,
                    Dependencies = dependencies,
                    FlushNumber = job.FlushNumber,
                    Generation = _generation,
                    SnapshotName = job.SnapshotName,
                    ExtentLimit = r.State == ReplicaState.LiveRepair ? (uint)Math.Max(RepairLimit, 0) : null,
                });
                break;
            case MessageKind.Write or MessageKind.WriteUnwritten:
                target.Append(new SealedWriteMessage { Kind = job.Kind, Identity = identity, Dependencies = dependencies, Body = job.Body });
                break;
            default:
                SendRepairJob(target, job, r, identity, dependencies);
                break;
        }
    }

    // What a replica was never given, or finished before it was repaired, it cannot wait for.
    ReadOnlySpan<ulong> DependenciesFor(Job job, Replica r)
    {
        foreach (var id in job.Dependencies)
        {
            if (!Knows(r, id))
                return KnownDependencies(job, r);
        }

        return job.Dependencies;
    }

    // A read that went to another replica alone stands for the writes that it waited for.
    ulong[] KnownDependencies(Job job, Replica r)
    {
        var known = new HashSet<ulong>();
        foreach (var id in job.Dependencies)
        {
            if (Knows(r, id))
                known.Add(id);
            else if (id >= FirstJob && _jobs[(int)(id - FirstJob)] is { Only: >= 0 } read)
                known.UnionWith(read.Dependencies.Where(before => before >= FirstJob && Knows(r, before)));
        }

        return [.. known.Order()];
    }

    bool Knows(Replica r, ulong id)
    {
        if (id < r.FirstJob || id < FirstJob)
            return id >= r.FirstJob;
        var job = _jobs[(int)(id - FirstJob)];
        return job[r.Index] != JobState.Skipped && !job.Covered[r.Index];
    }

    // Sends everything after the last flush it acknowledged again: what it finished since may have been lost with its power.
    // Not with LastFlush, as the original does, but knowing what its extents hold: a flush may have been done and its
    // acknowledgement lost. Writes it covers, written again, would take a flushed extent back for a while, and should this
    // upstairs die then, the extent would count as the newest.
    void Resume(Replica r)
    {
        r.FirstJob = Math.Max(r.FirstJob, (r.LastFlush ?? 0) + 1);
        var flushed = FlushedThrough(r);
        foreach (var job in _jobs.ToList())
        {
            if (job.Id < r.FirstJob || job[r.Index] is JobState.Skipped or JobState.Waiting)
                continue;
            job.Covered[r.Index] |= job.IsWrite && job.Id < flushed[job.Extent];
            job.Replayed = true;
            if (!job.Covered[r.Index])
                Send(job, r);
            else if (job[r.Index] == JobState.InProgress)
                EndAt(job, r, JobState.Done);
        }
    }

    // Per extent, the last flush of this activation that it holds.
    ulong[] FlushedThrough(Replica r)
    {
        var through = new ulong[_options.ExtentCount];
        foreach (var job in _jobs)
        {
            var (first, last) = job.Kind == MessageKind.Flush ? (0, _options.ExtentCount)
                : job.Kind == MessageKind.ExtentLiveFlushClose ? (job.Extent, job.Extent + 1) : (0, 0);
            for (var extent = first; extent < last; extent++)
            {
                if (r.Versions[(int)extent] is var held && held.Generation == _generation && held.FlushNumber >= job.FlushNumber)
                    through[extent] = job.Id;
            }
        }

        return through;
    }

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

    void Retire(Job last)
    {
        if (_options.ReadOnly)
        {
            var settled = _jobs.FindIndex(job => !job.IsSettled);
            DropFirst(settled < 0 ? _jobs.Count : settled);
            return;
        }

        // An earlier flush may be slower: nothing before a job that is unfinished anywhere is forgotten.
        var count = (int)(last.Id - FirstJob) + 1;
        if (last.Id >= FirstJob && _jobs.FindIndex(0, count, job => !job.IsSettled) < 0)
            DropFirst(count);
    }

    void DropFirst(int count)
    {
        if (count == 0)
            return;
        _retired = _jobs[count - 1].Id;
        _jobs.RemoveRange(0, count);
    }

    void StartHeld()
    {
        var request = _held.Dequeue();
        if (Refuse(request) is { } error)
            Finish(request, error);
        else
            Start(request);
    }

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
