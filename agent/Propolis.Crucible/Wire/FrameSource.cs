using System.Buffers.Binary;

namespace Propolis.Crucible.Wire;

/// <summary>Cuts what a transport receives into frames. One reader; its memory grows to the largest frame seen.</summary>
public sealed class FrameSource(FrameTransport transport)
{
    const int Slack = 256 * 1024;

    byte[] _buffer = new byte[Slack];
    int _start;
    int _end;

    /// <summary>Whether the next frame is here already, so that reading it waits for nobody.</summary>
    public bool HasNext => _end - _start >= Protocol.LengthSize
        && BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(_start)) <= (uint)(_end - _start);

    /// <summary>Waits for the next whole frame, valid until the next call; false when the connection ended between two frames.</summary>
    /// <exception cref="FrameException">The length is out of bounds or the connection ended within a frame.</exception>
    public bool TryRead(out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (!Fill(Protocol.LengthSize))
            return _end == _start ? false : throw new FrameException("the connection ended within a frame");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(_start));
        if (Protocol.CheckFrameLength(length) is { } problem)
            throw new FrameException(problem);
        if (!Fill((int)length))
            throw new FrameException("the connection ended within a frame");
        frame = _buffer.AsSpan(_start, (int)length);
        _start += (int)length;
        return true;
    }

    bool Fill(int count)
    {
        if (_end == _start)
            (_start, _end) = (0, 0);
        MakeRoom(count);
        while (_end - _start < count)
        {
            var read = transport.Receive(_buffer.AsSpan(_end), count - (_end - _start));
            if (read == 0)
                return false;
            _end += read;
        }

        return true;
    }

    void MakeRoom(int count)
    {
        if (_buffer.Length - _start >= count)
            return;
        var target = count <= _buffer.Length ? _buffer : new byte[count + Slack];
        _buffer.AsSpan(_start.._end).CopyTo(target);
        (_buffer, _end, _start) = (target, _end - _start, 0);
    }
}
