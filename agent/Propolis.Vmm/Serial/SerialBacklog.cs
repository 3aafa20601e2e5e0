namespace Propolis.Vmm.Serial;

/// <summary>
/// The newest bytes that a serial port sent, kept for readers who come late or read slowly. The writer is a vCPU thread and never waits; each reader keeps its own
/// position (the number of bytes sent before it) and loses only what has left the backlog.
/// </summary>
public sealed class SerialBacklog
{
    readonly Lock _gate = new();
    readonly byte[] _ring;
    long _end;
    TaskCompletionSource? _waiting;

    /// <summary>A backlog of <paramref name="capacity"/> bytes.</summary>
    public SerialBacklog(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _ring = new byte[capacity];
    }

    /// <summary>How many bytes were sent in all.</summary>
    public long End
    {
        get { lock (_gate) return _end; }
    }

    /// <summary>Position of the oldest byte still kept.</summary>
    public long Start
    {
        get { lock (_gate) return Math.Max(0, _end - _ring.Length); }
    }

    /// <summary>Appends what the guest sent.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            var skipped = Math.Max(0, bytes.Length - _ring.Length);
            _end += skipped;
            var kept = bytes[skipped..];
            var at = (int)(_end % _ring.Length);
            var first = Math.Min(kept.Length, _ring.Length - at);
            kept[..first].CopyTo(_ring.AsSpan(at));
            kept[first..].CopyTo(_ring);
            _end += kept.Length;
            (waiting, _waiting) = (_waiting, null);
        }
        waiting?.SetResult();
    }

    /// <summary>
    /// Copies bytes from <paramref name="position"/> on and moves it behind them; a position that has left the backlog is moved to its start first. Returns the count, 0
    /// when nothing newer is there.
    /// </summary>
    public int Read(ref long position, Span<byte> destination)
    {
        lock (_gate)
        {
            position = Math.Clamp(position, Math.Max(0, _end - _ring.Length), _end);
            var count = (int)Math.Min(destination.Length, _end - position);
            var at = (int)(position % _ring.Length);
            var first = Math.Min(count, _ring.Length - at);
            _ring.AsSpan(at, first).CopyTo(destination);
            _ring.AsSpan(0, count - first).CopyTo(destination[first..]);
            position += count;
            return count;
        }
    }

    /// <summary>Ends when bytes behind <paramref name="position"/> are there.</summary>
    public Task WaitBeyondAsync(long position, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_end > position) return Task.CompletedTask;
            _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiting.Task.WaitAsync(cancellation);
        }
    }
}
