namespace Propolis.Crucible.Wire;

/// <summary>
/// Frames on their way out. Whoever holds the owner's lock encodes into <see cref="Frames"/>; while one buffer is being sent the other
/// fills, so frames that come close together travel together. Sent either by the caller of <see cref="Flush"/>, as far as that does
/// not wait, or by the thread that runs <see cref="Run"/>.
/// </summary>
/// <param name="transport">Where they go.</param>
/// <param name="gate">The owner's lock. Held while buffers change hands, never while something is sent.</param>
public sealed class FrameSender(FrameTransport transport, Lock gate)
{
    readonly object _bed = new();
    FrameBuffer _filling = new() { SharesData = true };
    FrameBuffer _sending = new() { SharesData = true };
    int _sent;
    bool _busy;
    bool _left;
    bool _closed;
    bool _broken;
    bool _asleep;
    bool _called;

    /// <summary>Where to encode, under the owner's lock.</summary>
    public FrameBuffer Frames => _filling;

    /// <summary>Whether anything was encoded that nobody sends yet; under the owner's lock.</summary>
    public bool HasFrames => _filling.Length > 0;

    /// <summary>Bytes that wait; a reader that causes answers should pause while this is large.</summary>
    public int Backlog
    {
        get
        {
            lock (gate)
                return _broken ? 0 : _filling.Length + (_busy ? _sending.Length : 0);
        }
    }

    /// <summary>Sends on the caller's thread what goes without waiting; the rest is left to the sending thread. Not under the owner's lock.</summary>
    public void Flush()
    {
        while (TryTake())
        {
            TrySend();
            lock (gate)
            {
                _left = _sent < _sending.Length && !_broken;
                _busy = _left;
                if (_left || _closed)
                    Wake();
            }

            if (_left)
                return;
        }
    }

    /// <summary>Leaves what was encoded to the sending thread; under the owner's lock.</summary>
    public void Wake()
    {
        if (!_asleep || (!_left && !_closed && _filling.Length == 0))
            return;
        _asleep = false;
        lock (_bed)
        {
            _called = true;
            Monitor.Pulse(_bed);
        }
    }

    /// <summary>No more frames; what waits is still sent. Under the owner's lock.</summary>
    public void Close()
    {
        _closed = true;
        Wake();
    }

    /// <summary>Sends until closed and empty, or until the transport fails.</summary>
    public void Run()
    {
        while (WaitForWork())
        {
            var failed = !SendRest();
            lock (gate)
            {
                (_busy, _left) = (false, false);
                _broken |= failed;
            }
        }
    }

    bool TryTake()
    {
        lock (gate)
        {
            if (_busy || _broken || _filling.Length == 0)
            {
                if (_broken)
                    _filling.Clear();
                return false;
            }

            Take();
            return true;
        }
    }

    void Take()
    {
        _sending.Clear();
        (_filling, _sending) = (_sending, _filling);
        (_busy, _sent) = (true, 0);
    }

    void TrySend()
    {
        try
        {
            while (_sent < _sending.Length && transport.TrySend(_sending.From(_sent)) is > 0 and var count)
                _sent += count;
        }
        catch (IOException)
        {
            // The reader learns of it, too, and says so.
            _broken = true;
        }
    }

    // True with something to send that is this thread's; false when it is over.
    bool WaitForWork()
    {
        while (true)
        {
            lock (gate)
            {
                if (_broken || (_closed && !_busy && _filling.Length == 0))
                    return false;
                if (_left)
                    return true;
                if (!_busy && _filling.Length > 0)
                {
                    Take();
                    return true;
                }

                _asleep = true;
                _called = false;
            }

            Sleep();
        }
    }

    void Sleep()
    {
        lock (_bed)
        {
            while (!_called)
                Monitor.Wait(_bed);
        }
    }

    bool SendRest()
    {
        try
        {
            while (_sent < _sending.Length)
            {
                var piece = _sending.From(_sent);
                transport.Send(piece);
                _sent += piece.Length;
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
