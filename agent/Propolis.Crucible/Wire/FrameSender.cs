namespace Propolis.Crucible.Wire;

/// <summary>
/// Frames on their way to a stream: encoded by whoever holds the owner's lock, written by one task. While one buffer is being
/// written the other fills, so frames that come close together travel together.
/// </summary>
public sealed class FrameSender(Stream stream)
{
    readonly SemaphoreSlim _wake = new(0);
    readonly Lock _gate = new();
    FrameBuffer _filling = new();
    FrameBuffer _writing = new();
    bool _closed;

    /// <summary>Bytes that wait; a reader that causes answers should pause while this is large.</summary>
    public int Backlog
    {
        get
        {
            lock (_gate)
                return _filling.Length;
        }
    }

    /// <summary>Encodes under the sender's lock; nothing happens once closed.</summary>
    public void Append(Action<FrameBuffer> encode)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            encode(_filling);
        }

        _wake.Release();
    }

    /// <summary>Takes frames that are already encoded.</summary>
    public void Append(ReadOnlySpan<byte> frames)
    {
        if (frames.IsEmpty)
            return;
        lock (_gate)
        {
            if (_closed)
                return;
            _filling.WriteRaw(frames);
        }

        _wake.Release();
    }

    /// <summary>No more frames; what waits is still written.</summary>
    public void Close()
    {
        lock (_gate)
            _closed = true;
        _wake.Release();
    }

    /// <summary>Writes until closed and empty, or until the stream fails.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await _wake.WaitAsync(cancellation).ConfigureAwait(false);
            bool closed;
            lock (_gate)
            {
                (_filling, _writing) = (_writing, _filling);
                closed = _closed;
            }

            if (_writing.Length > 0)
            {
                await stream.WriteAsync(_writing.WrittenMemory, cancellation).ConfigureAwait(false);
                _writing.Clear();
            }
            else if (closed)
            {
                return;
            }

            if (closed)
                _wake.Release();
        }
    }
}
