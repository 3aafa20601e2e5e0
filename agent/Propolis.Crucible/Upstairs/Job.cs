using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Upstairs;

/// <summary>A job at one replica.</summary>
public enum JobState
{
    /// <summary>Its turn has not come.</summary>
    Waiting,

    /// <summary>Sent, or held for a replica that is away.</summary>
    InProgress,

    /// <summary>Done.</summary>
    Done,

    /// <summary>Failed.</summary>
    Failed,

    /// <summary>Not for this replica.</summary>
    Skipped,
}

/// <summary>One job of an upstairs, kept until a later flush is finished everywhere, so that it can be sent again.</summary>
sealed class Job(ulong id, MessageKind kind, ulong[] dependencies)
{
    readonly JobState[] _states = new JobState[Protocol.ReplicaCount];

    public ulong Id { get; } = id;

    /// <summary>The message a healthy replica gets.</summary>
    public MessageKind Kind { get; set; } = kind;

    public ulong[] Dependencies { get; } = dependencies;

    public ulong Start { get; init; }

    public ulong Count { get; init; }

    /// <summary>The part of a guest's buffer that a read fills.</summary>
    public Memory<byte> Target { get; init; }

    /// <summary>Where a read says which blocks were ever written; may be empty.</summary>
    public Memory<bool> Owned { get; init; }

    /// <summary>Start, contexts and data of a write.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    public GuestRequest? Request { get; set; }

    public ulong FlushNumber { get; init; }

    public string? SnapshotName { get; init; }

    /// <summary>Why a replica could not take the snapshot.</summary>
    public CrucibleError? SnapshotError { get; set; }

    public uint Extent { get; init; }

    /// <summary>The replica that a live-repair job repairs.</summary>
    public int Repaired { get; init; } = -1;

    /// <summary>Whether the guest has its answer.</summary>
    public bool Acknowledged { get; set; }

    /// <summary>Whether it was sent again: then replicas may rightly differ.</summary>
    public bool Replayed { get; set; }

    /// <summary>Bytes that count against the limits.</summary>
    public long Bytes => Body.Length + Target.Length;

    public bool IsWrite => Kind is MessageKind.Write or MessageKind.WriteUnwritten;

    public bool IsRepair => Repaired >= 0;

    /// <summary>The one replica that a large read is asked of; -1 when it goes to all.</summary>
    public int Only { get; init; } = -1;

    /// <summary>When it was asked.</summary>
    public TimeSpan AskedAt { get; init; }

    /// <summary>The same read, asked of the others, or the first of the two: whichever ends first answers the guest.</summary>
    public Job? Twin { get; set; }

    public CrucibleError? LastError { get; set; }

    /// <summary>Whether it was counted as a write that reached too few replicas.</summary>
    public bool LossNoted { get; set; }

    /// <summary>What each replica said about the blocks of a read.</summary>
    public ulong[] Fingerprints { get; } = new ulong[Protocol.ReplicaCount];

    /// <summary>Whether a replica was found to have flushed this write, though its acknowledgement was lost.</summary>
    public bool[] Covered { get; } = new bool[Protocol.ReplicaCount];

    /// <summary>
    /// Whether a replica did this flush while it was being repaired: then it holds only a part of what the flush covers, and cannot be one of the two that promise
    /// it to the guest.
    /// </summary>
    public bool[] Partial { get; } = new bool[Protocol.ReplicaCount];

    /// <summary>Replicas that have all of it.</summary>
    public int Whole
    {
        get
        {
            var count = 0;
            for (var i = 0; i < _states.Length; i++)
                count += _states[i] == JobState.Done && !Partial[i] ? 1 : 0;
            return count;
        }
    }

    public JobState this[int replica]
    {
        get => _states[replica];
        set => _states[replica] = value;
    }

    public int CountOf(JobState state)
    {
        var count = 0;
        foreach (var found in _states)
            count += found == state ? 1 : 0;
        return count;
    }

    /// <summary>Whether no replica has anything left to do for it.</summary>
    public bool IsSettled
    {
        get
        {
            foreach (var state in _states)
            {
                if (state is JobState.Waiting or JobState.InProgress)
                    return false;
            }

            return true;
        }
    }
}
