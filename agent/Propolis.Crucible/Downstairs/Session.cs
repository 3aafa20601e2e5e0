using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Downstairs;

/// <summary>
/// One connection: its handshake and its jobs. Jobs run when everything they depend on is in the completed set, which holds
/// the jobs done since the last flush or barrier.
/// </summary>
sealed class Session(ConnectionId connection, TimeSpan now)
{
    readonly Dictionary<ulong, List<WaitingJob>> _waiting = [];
    readonly HashSet<ulong> _completed = [];
    readonly Queue<byte[]> _ready = new();

    public ConnectionId Connection { get; } = connection;

    public NegotiationState State { get; set; }

    /// <summary>Whether its session counts as active on the region.</summary>
    public bool IsActive { get; set; }

    /// <summary>The ids it gave, and the generation it got.</summary>
    public Promotion Identity { get; set; }

    public TimeSpan LastHeard { get; set; } = now;

    /// <summary>Jobs that wait for others.</summary>
    public int WaitingCount { get; private set; }

    /// <summary>Whether the frame's job may run now; otherwise a copy is kept until it may.</summary>
    public bool Admit(ReadOnlySpan<ulong> dependencies, ReadOnlySpan<byte> frame)
    {
        WaitingJob? job = null;
        foreach (var dependency in dependencies)
        {
            if (_completed.Contains(dependency))
                continue;
            job ??= new WaitingJob(frame.ToArray());
            if (!_waiting.TryGetValue(dependency, out var list))
                _waiting.Add(dependency, list = []);
            list.Add(job);
            job.Missing++;
        }

        WaitingCount += job is null ? 0 : 1;
        return job is null;
    }

    /// <summary>Notes a job as done; a flush or barrier lets all earlier ones be forgotten.</summary>
    public void Complete(ulong jobId, bool forgetEarlier)
    {
        if (forgetEarlier)
            _completed.Clear();
        _completed.Add(jobId);
        if (!_waiting.Remove(jobId, out var list))
            return;
        foreach (var job in list)
        {
            if (--job.Missing > 0)
                continue;
            WaitingCount--;
            _ready.Enqueue(job.Frame);
        }
    }

    /// <summary>A job that became ready when another completed.</summary>
    public bool TryTakeReady(out byte[] frame) => _ready.TryDequeue(out frame!);

    /// <summary>Runs a job again later.</summary>
    public void Postpone(ReadOnlySpan<byte> frame) => _ready.Enqueue(frame.ToArray());

    /// <summary>Jobs that could run now.</summary>
    public int ReadyCount => _ready.Count;

    sealed class WaitingJob(byte[] frame)
    {
        public byte[] Frame { get; } = frame;

        public int Missing { get; set; }
    }
}
