namespace Propolis.Agent.Storage;

/// <summary>
/// Numbers everything the agent says: <c>epoch &lt;&lt; 32 | counter</c>. The epoch is one more than at the last start, and on disk before
/// the first number is given out; so numbers rise over restarts, too.
/// </summary>
sealed class SequenceSource
{
    const string FileName = "epoch.json";
    const int EpochShift = 32;

    long _last;

    SequenceSource(long epoch) => (Epoch, _last) = (epoch, epoch << EpochShift);

    /// <summary>Counts the agent's starts.</summary>
    public long Epoch { get; }

    /// <summary>Begins the next epoch.</summary>
    /// <param name="folder">The agent's data folder.</param>
    public static SequenceSource Begin(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var epoch = DurableFiles.Read<long>(path) + 1;
        DurableFiles.Write(path, epoch);
        return new SequenceSource(epoch);
    }

    /// <summary>The next number.</summary>
    public long Next() => Interlocked.Increment(ref _last);
}
