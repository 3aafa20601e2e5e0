using System.Buffers.Binary;

namespace Propolis.Crucible.Wire;

/// <summary>Cuts a stream into frames. One reader at a time; its memory grows to the largest frame seen.</summary>
public sealed class FrameSource(Stream stream)
{
    byte[] _buffer = new byte[64 * 1024];
    int _start;
    int _end;

    /// <summary>The next whole frame, valid until the next call; null when the stream ended between two frames.</summary>
    /// <exception cref="FrameException">The length is out of bounds or the stream ended within a frame.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        if (!await FillAsync(Protocol.LengthSize, cancellation).ConfigureAwait(false))
            return _end == _start ? null : throw new FrameException("the connection ended within a frame");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(_start));
        if (Protocol.CheckFrameLength(length) is { } problem)
            throw new FrameException(problem);
        if (!await FillAsync((int)length, cancellation).ConfigureAwait(false))
            throw new FrameException("the connection ended within a frame");
        var frame = _buffer.AsMemory(_start, (int)length);
        _start += (int)length;
        return frame;
    }

    async ValueTask<bool> FillAsync(int count, CancellationToken cancellation)
    {
        MakeRoom(count);
        while (_end - _start < count)
        {
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation).ConfigureAwait(false);
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
        var target = count <= _buffer.Length ? _buffer : new byte[count + (64 * 1024)];
        _buffer.AsSpan(_start.._end).CopyTo(target);
        (_buffer, _end, _start) = (target, _end - _start, 0);
    }
}
