using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Upstairs;

/// <summary>When a guest gets its answer and whether it is good; pure.</summary>
public static class JobRules
{
    /// <summary>Replicas that must be able to take a request for it to be accepted at all.</summary>
    public static int Needed(GuestRequestKind kind, bool readOnly, bool snapshot) => kind switch
    {
        GuestRequestKind.Read => 1,
        _ when readOnly => 1,
        GuestRequestKind.Flush when snapshot => 3,
        _ => 2,
    };

    /// <summary>
    /// The answer to a job's guest: null while it must wait, otherwise whether it succeeded.
    /// </summary>
    /// <param name="kind">What was asked.</param>
    /// <param name="needed">Replicas that must have done it.</param>
    /// <param name="done">Replicas that have.</param>
    /// <param name="settled">Whether none has anything left to do.</param>
    public static bool? Answer(GuestRequestKind kind, int needed, int done, bool settled)
    {
        var enough = kind == GuestRequestKind.Read ? 1 : needed;
        if (done >= enough)
            return true;
        return settled ? false : null;
    }

    /// <summary>Whether a replica has so much to do that guest requests wait for it, or soon will.</summary>
    public static bool HoldsUp(int jobs, long bytes, UpstairsOptions options) => jobs * 2 >= options.MaxJobs || bytes * 2 >= options.MaxBytes;

    /// <summary>Whether a replica is far from holding guest requests up.</summary>
    public static bool KeepsUp(int jobs, long bytes, UpstairsOptions options) => jobs * 4 < options.MaxJobs && bytes * 4 < options.MaxBytes;

    /// <summary>
    /// Finds the replica whose answer to the same read differs from two that agree, or -1. Zero stands for no answer.
    /// </summary>
    public static int OddOneOut(ReadOnlySpan<ulong> fingerprints)
    {
        if (fingerprints.Length != Protocol.ReplicaCount || fingerprints.Contains(0UL))
            return -1;
        var (a, b, c) = (fingerprints[0], fingerprints[1], fingerprints[2]);
        if (a == b)
            return b == c ? -1 : 2;
        return a == c ? 1 : b == c ? 0 : -1;
    }
}
