namespace Propolis.Vmm.Block;

/// <summary>What a disk has done since it was opened. Read at any moment, by anyone.</summary>
public sealed class BlockCounters
{
    readonly long[] _operations = new long[5];
    readonly long[] _failures = new long[5];
    long _bytesRead;
    long _bytesWritten;

    /// <summary>Bytes read by the guest.</summary>
    public long BytesRead => Volatile.Read(ref _bytesRead);

    /// <summary>Bytes written by the guest.</summary>
    public long BytesWritten => Volatile.Read(ref _bytesWritten);

    /// <summary>Requests of a kind that ended well.</summary>
    public long Operations(BlockOperation operation) => Volatile.Read(ref _operations[(int)operation]);

    /// <summary>Requests of a kind that failed.</summary>
    public long Failures(BlockOperation operation) => Volatile.Read(ref _failures[(int)operation]);

    /// <summary>Counts a request that has ended.</summary>
    public void Count(BlockRequest request, BlockStatus status)
    {
        if (status != BlockStatus.Success)
        {
            Interlocked.Increment(ref _failures[(int)request.Operation]);
            return;
        }
        Interlocked.Increment(ref _operations[(int)request.Operation]);
        if (request.Operation == BlockOperation.Read) Interlocked.Add(ref _bytesRead, (long)request.Length);
        if (request.Operation == BlockOperation.Write) Interlocked.Add(ref _bytesWritten, (long)request.Length);
    }
}
