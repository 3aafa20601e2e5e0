namespace Propolis.Crucible.Upstairs;

/// <content>
/// Large reads, asked of one replica. When it fails or is late, the others are asked by a job of its own: its number and dependencies are those of this moment, so
/// that it fits behind whatever a replica has flushed, closed or forgotten since.
/// </content>
public sealed partial class UpstairsCore
{
    readonly Queue<Job> _failedReads = new();

    // The one with the least to do; those that have equally little take turns. -1: ask them all.
    int ReplicaFor(long bytes)
    {
        if (bytes < _options.SingleReadBytes)
            return -1;
        Replica? best = null;
        var active = 0;
        for (var i = 0; i < _replicas.Length; i++)
        {
            var r = _replicas[(int)((_nextJob + (ulong)i) % (ulong)_replicas.Length)];
            if (r.State != ReplicaState.Active || !r.Connected)
                continue;
            active++;
            if (best is null || r.UnfinishedBytes < best.UnfinishedBytes)
                best = r;
        }

        return active > 1 ? best!.Index : -1;
    }

    // Whether a read that nobody answered may still be answered: its twin is on its way, or will be.
    bool HasAnotherChance(Job job)
    {
        if (job.Twin is { } twin)
            return !twin.IsSettled;
        if (job.Only < 0)
            return false;
        _failedReads.Enqueue(job);
        return true;
    }

    void AskOthersForLateReads()
    {
        foreach (var job in _jobs)
        {
            if (job is { Only: >= 0, Acknowledged: false, Twin: null } && _now - job.AskedAt >= _options.SingleReadLimit)
                _failedReads.Enqueue(job);
        }
    }

    // Not in the middle of anything else: live repair counts on consecutive numbers.
    void AskOthers(Job first)
    {
        if (first.Acknowledged || first.Twin is not null)
            return;
        var twin = new Job(_nextJob, first.Kind, _dependencies.Read(first.Start, first.Start + first.Count, _nextJob, _retired))
        {
            Start = first.Start,
            Count = first.Count,
            Target = first.Target,
            Owned = first.Owned,
            Request = first.Request,
            Extent = first.Extent,
            LastError = first.LastError,
            Twin = first,
        };
        first.Twin = twin;
        Add(twin);
    }
}
