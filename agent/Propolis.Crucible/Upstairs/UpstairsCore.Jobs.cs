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
}
