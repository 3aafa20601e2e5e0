using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Upstairs;

/// <content>Repairing one replica beside running IO, extent by extent.</content>
public sealed partial class UpstairsCore
{
    LiveRepairProgress? _repair;

    /// <summary>How far the live repair has come, or null when none is under way.</summary>
    public (int Replica, uint Extent)? LiveRepair => _repair is { } repair ? (repair.Target, repair.Extent) : null;

    /// <summary>Live repairs that reached their end, and those that did not.</summary>
    public (long Completed, long Aborted) LiveRepairs { get; private set; }

    // Extents up to this one are whole or about to be, so the repaired replica gets their jobs too.
    long RepairLimit => _repair is { } repair ? repair.Extent : -1;

    void StartLiveRepair()
    {
        if (_repair is not null || State != UpstairsState.Active || Array.Find(_replicas, r => r.State == ReplicaState.LiveRepairReady) is not { } target)
            return;
        if (Array.Find(_replicas, r => r.State == ReplicaState.Active) is not { } source)
            return;
        _repair = new LiveRepairProgress(target.Index, source.Index);
        (target.State, target.Trouble, target.LastFlush, target.FirstJob) = (ReplicaState.LiveRepair, "it is being repaired", null, _nextJob);
        _output.Log($"replica {target.Index} ({target.Target}) is being repaired from replica {source.Index}");
        RepairExtent();
    }

    // Four jobs an extent: close, copy, no-op, reopen. Later jobs on the extent follow the last of them.
    void RepairExtent()
    {
        var repair = _repair!;
        var start = repair.Extent * _options.BlocksPerExtent;
        var first = _nextJob;
        var before = _dependencies.Write(start, start + _options.BlocksPerExtent, first + 3, _retired);
        repair.Jobs = first;
        repair.Versions = new ExtentVersion?[_replicas.Length];
        // All four come to be whatever happens to the first: later jobs already name the last.
        var extent = repair.Extent;
        Add(RepairJob(repair, extent, first, MessageKind.ExtentLiveFlushClose, before, _nextFlush++));
        Add(RepairJob(repair, extent, first + 1, MessageKind.ExtentLiveRepair, [first], 0));
        Add(RepairJob(repair, extent, first + 2, MessageKind.ExtentLiveNoOp, [first + 1], 0));
        Add(RepairJob(repair, extent, first + 3, MessageKind.ExtentLiveReopen, [first + 2], 0));
        if (_repair == repair)
            Advance(_jobs[(int)(first - FirstJob)]);
        else
            BeginReserved(first);
    }

    static Job RepairJob(LiveRepairProgress repair, uint extent, ulong id, MessageKind kind, ulong[] dependencies, ulong flushNumber) =>
        new(id, kind, dependencies) { FlushNumber = flushNumber, Extent = extent, Repaired = repair.Target };

    void SendRepairJob(FrameBuffer target, Job job, Replica r, in JobIdentity identity, ReadOnlySpan<ulong> dependencies)
    {
        var broken = r.Index == job.Repaired;
        if (job.Kind == MessageKind.ExtentLiveFlushClose && !broken)
        {
            target.Append(new ExtentLiveFlushClose
            {
                Identity = identity,
                Dependencies = dependencies,
                ExtentId = job.Extent,
                FlushNumber = job.FlushNumber,
                Generation = _generation,
            });
        }
        else if (job.Kind == MessageKind.ExtentLiveRepair && broken && _repair is { Skip: false } repair)
        {
            target.Append(new ExtentLiveRepair
            {
                Identity = identity,
                Dependencies = dependencies,
                ExtentId = job.Extent,
                SourceClientId = (byte)repair.Source,
                SourceRepairAddress = _replicas[repair.Source].RepairAddress!,
            });
        }
        else if (job.Kind is MessageKind.ExtentLiveFlushClose or MessageKind.ExtentLiveReopen)
        {
            var kind = job.Kind == MessageKind.ExtentLiveReopen ? job.Kind : MessageKind.ExtentLiveClose;
            target.Append(new LiveExtentStep { Kind = kind, Identity = identity, Dependencies = dependencies, ExtentId = job.Extent });
        }
        else
        {
            target.Append(new OrderingJob { Kind = MessageKind.ExtentLiveNoOp, Identity = identity, Dependencies = dependencies });
        }
    }

    bool TakeCloseAck(Replica r, in ExtentLiveCloseAck ack)
    {
        if (Unfinished(r, ack.Identity) is not { Kind: MessageKind.ExtentLiveFlushClose } job)
            return true;
        if (ack.Error is { } error)
        {
            FailAt(r, job, error);
            return true;
        }

        if (_repair is { } repair && repair.Jobs == job.Id)
            repair.Versions[r.Index] = ack.Version;
        EndAt(job, r, JobState.Done);
        return true;
    }

    // Starts the step behind a repair job that is finished everywhere.
    void Advance(Job job)
    {
        if (_repair is not { } repair || !job.IsSettled)
            return;
        if (job.Kind == MessageKind.Flush && job.Id == repair.FinalFlush)
        {
            FinishLiveRepair(repair);
            return;
        }

        if (!job.IsRepair || job.Id < repair.Jobs || job.Id > repair.Jobs + 3 || repair.Jobs + 3 >= _nextJob)
            return;
        if (job.Id == repair.Jobs + 3)
        {
            CountExtent(repair);
            NextExtent(repair);
            return;
        }

        if (job.Id == repair.Jobs)
            repair.Skip = repair.Versions[repair.Target] is { Dirty: false } found && found == repair.Versions[repair.Source];
        BeginWaiting(_jobs[(int)(job.Id + 1 - FirstJob)]);
    }

    void CountExtent(LiveRepairProgress repair)
    {
        var target = _replicas[repair.Target];
        var counts = target.Repairs;
        target.Repairs = repair.Skip
            ? counts with { ExtentsConfirmed = counts.ExtentsConfirmed + 1 }
            : counts with { ExtentsRepaired = counts.ExtentsRepaired + 1 };
    }

    void BeginWaiting(Job job)
    {
        foreach (var r in _replicas)
        {
            if (job[r.Index] == JobState.Waiting)
                Begin(job, r);
        }
    }

    void NextExtent(LiveRepairProgress repair)
    {
        if (repair.FinalFlush is not null)
            return;
        if (repair.Extent + 1 < _options.ExtentCount)
        {
            repair.Extent++;
            RepairExtent();
            return;
        }

        repair.FinalFlush = _nextJob;
        SubmitFlush(null, null);
    }

    void FinishLiveRepair(LiveRepairProgress repair)
    {
        _repair = null;
        LiveRepairs = (LiveRepairs.Completed + 1, LiveRepairs.Aborted);
        var whole = _replicas[repair.Target];
        whole.Repairs = whole.Repairs with { Completed = whole.Repairs.Completed + 1 };
        _output.Log($"replica {repair.Target} is whole again");
        BecomeActive(_replicas[repair.Target]);
        CountAsWhole(repair.Target);
        StartLiveRepair();
    }

    // What it was repaired from holds everything that earlier flushes cover, and so does it now.
    void CountAsWhole(int replica)
    {
        foreach (var job in _jobs.Where(job => job.Partial[replica]).ToList())
        {
            job.Partial[replica] = false;
            Settle(job);
        }
    }

    // Extents may be closed on the healthy replicas: their reserved jobs still run, the copy as a no-op.
    void AbortLiveRepair(string reason)
    {
        if (_repair is not { } repair)
            return;
        _repair = null;
        LiveRepairs = (LiveRepairs.Completed, LiveRepairs.Aborted + 1);
        var broken = _replicas[repair.Target];
        broken.Repairs = broken.Repairs with { Aborted = broken.Repairs.Aborted + 1 };
        _output.Log($"live repair of replica {repair.Target} was given up: {reason}");
        if (_replicas[repair.Target].State == ReplicaState.LiveRepair)
            Fault(_replicas[repair.Target], $"its repair was given up: {reason}");
        BeginReserved(repair.Jobs);
        StartLiveRepair();
    }

    void BeginReserved(ulong first)
    {
        for (var id = Math.Max(first, FirstJob); id <= first + 3 && id < _nextJob; id++)
            BeginWaiting(_jobs[(int)(id - FirstJob)]);
    }

    sealed class LiveRepairProgress(int target, int source)
    {
        public int Target { get; } = target;

        public int Source { get; } = source;

        public uint Extent { get; set; }

        /// <summary>Id of the close job of the current extent; copy, no-op and reopen follow.</summary>
        public ulong Jobs { get; set; }

        public ExtentVersion?[] Versions { get; set; } = [];

        /// <summary>Whether the extent is already equal, so that nothing is copied.</summary>
        public bool Skip { get; set; }

        public ulong? FinalFlush { get; set; }
    }
}
