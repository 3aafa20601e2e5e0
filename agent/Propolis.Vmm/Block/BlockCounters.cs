namespace Propolis.Vmm.Block;

/// <summary>What a disk has done since it was opened. Read at any moment, by anyone. <paramref name="clock"/> must be the one that stamps <see cref="BlockRequest.StartedAt"/>.</summary>
public sealed class BlockCounters(TimeProvider? clock = null)
{
    const int Kinds = 5;
    const int LatencyBuckets = 25;
    const int SizeBuckets = 32;

    readonly TimeProvider _clock = clock ?? TimeProvider.System;
    readonly long[] _operations = new long[Kinds];
    readonly long[] _failures = new long[Kinds];
    readonly PowerHistogram[] _latencies = [.. Enumerable.Range(0, Kinds).Select(_ => new PowerHistogram(LatencyBuckets))];
    readonly PowerHistogram[] _sizes = [.. Enumerable.Range(0, Kinds).Select(_ => new PowerHistogram(SizeBuckets))];
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

    /// <summary>Microseconds from the front end's taking a request of a kind to its good end, up to 16 s.</summary>
    public PowerHistogram Latency(BlockOperation operation) => _latencies[(int)operation];

    /// <summary>Bytes of the requests of a kind that ended well.</summary>
    public PowerHistogram Size(BlockOperation operation) => _sizes[(int)operation];

    /// <summary>Counts a request that has ended. Those that their front end has not stamped are not timed.</summary>
    public void Count(BlockRequest request, BlockStatus status)
    {
        var kind = (int)request.Operation;
        if (status != BlockStatus.Success)
        {
            Interlocked.Increment(ref _failures[kind]);
            return;
        }
        Interlocked.Increment(ref _operations[kind]);
        if (request.StartedAt != 0) _latencies[kind].Record((long)_clock.GetElapsedTime(request.StartedAt).TotalMicroseconds);
        if (request.Operation == BlockOperation.Flush) return;
        _sizes[kind].Record((long)request.Length);
        if (request.Operation == BlockOperation.Read) Interlocked.Add(ref _bytesRead, (long)request.Length);
        if (request.Operation == BlockOperation.Write) Interlocked.Add(ref _bytesWritten, (long)request.Length);
    }
}
