namespace Propolis.Vmm.Serial;

/// <summary>
/// The newest bytes that a serial port sent, kept for readers who come late or read slowly. The writer is a vCPU thread and never waits; each reader keeps its own
/// position (the number of bytes sent before it) and loses only what has left the backlog. A backlog may keep the very first bytes, too.
/// </summary>
public sealed class SerialBacklog
{
    readonly Lock _gate = new();
    readonly byte[] _ring;
    readonly byte[] _first;
    int _firstCount;
    long _end;
    TaskCompletionSource? _waiting;

    /// <summary>A backlog of the newest <paramref name="capacity"/> bytes, and of the first <paramref name="firstCapacity"/>.</summary>
    public SerialBacklog(int capacity, int firstCapacity = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(firstCapacity);
        _ring = new byte[capacity];
        _first = new byte[firstCapacity];
    }

    /// <summary>How many bytes were sent in all.</summary>
    public long End
    {
        get { lock (_gate) return _end; }
    }

    /// <summary>Position of the oldest of the newest bytes.</summary>
    public long Start
    {
        get { lock (_gate) return RingStart; }
    }

    /// <summary>Position behind the first bytes that are kept.</summary>
    public long FirstEnd
    {
        get { lock (_gate) return _firstCount; }
    }

    long RingStart => Math.Max(0, _end - _ring.Length);

    /// <summary>Appends what the guest sent.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            if (_end == _firstCount) AppendFirst(bytes);
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

    /// <summary>Goes on from another backlog: of <paramref name="end"/> bytes that were sent in all, <paramref name="first"/> are the first and <paramref name="newest"/> the last.</summary>
    public void Restore(long end, ReadOnlySpan<byte> first, ReadOnlySpan<byte> newest)
    {
        lock (_gate)
        {
            _firstCount = 0;
            AppendFirst(first);
            _end = end - newest.Length;
        }
        Append(newest);
    }

    /// <summary>
    /// Copies bytes from <paramref name="position"/> on and moves it behind them; a position that has left the backlog is moved to the next byte still kept first. Returns the count, 0
    /// when nothing newer is there.
    /// </summary>
    public int Read(ref long position, Span<byte> destination)
    {
        lock (_gate)
        {
            position = Math.Clamp(position, 0, _end);
            if (position < RingStart && position < _firstCount) return ReadFirst(ref position, destination);
            position = Math.Max(position, RingStart);
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

    int ReadFirst(ref long position, Span<byte> destination)
    {
        var count = (int)Math.Min(destination.Length, _firstCount - position);
        _first.AsSpan((int)position, count).CopyTo(destination);
        position += count;
        return count;
    }

    void AppendFirst(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(bytes.Length, _first.Length - _firstCount);
        bytes[..count].CopyTo(_first.AsSpan(_firstCount));
        _firstCount += count;
    }
}
