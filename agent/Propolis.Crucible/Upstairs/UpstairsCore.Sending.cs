using System.Runtime.InteropServices;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Upstairs;

/// <content>What a job is to each replica: the message, what it waits for there, and sending it again after a disconnect.</content>
public sealed partial class UpstairsCore
{
    // Valid until the next job is sent: frames copy what they are given.
    readonly List<ulong> _known = [];

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
    ReadOnlySpan<ulong> KnownDependencies(Job job, Replica r)
    {
        _known.Clear();
        foreach (var id in job.Dependencies)
        {
            if (Knows(r, id))
                _known.Add(id);
            else if (id >= FirstJob && _jobs[(int)(id - FirstJob)] is { Only: >= 0 } read)
                AddKnown(read.Dependencies, r);
        }

        _known.Sort();
        var known = CollectionsMarshal.AsSpan(_known);
        var count = 0;
        foreach (var id in known)
        {
            if (count == 0 || known[count - 1] != id)
                known[count++] = id;
        }

        return known[..count];
    }

    void AddKnown(ulong[] ids, Replica r)
    {
        foreach (var id in ids)
        {
            if (id >= FirstJob && Knows(r, id))
                _known.Add(id);
        }
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
}
