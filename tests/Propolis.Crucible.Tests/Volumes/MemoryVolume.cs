using Propolis.Crucible.Volumes;

namespace Propolis.Crucible.Tests.Volumes;

/// <summary>A volume in memory that knows which blocks were written.</summary>
sealed class MemoryVolume(ulong blockCount, int blockSize = 512) : IVolume
{
    readonly byte[] _data = new byte[(int)blockCount * blockSize];
    readonly bool[] _owned = new bool[blockCount];

    public int BlockSize => blockSize;

    public ulong BlockCount => blockCount;

    public int Flushes { get; private set; }

    public int Reads { get; private set; }

    public bool Active { get; private set; }

    public bool Disposed { get; private set; }

    public Task ActivateAsync(CancellationToken cancellation)
    {
        Active = true;
        return Task.CompletedTask;
    }

    public Task DeactivateAsync(CancellationToken cancellation)
    {
        Active = false;
        return Task.CompletedTask;
    }

    public Task ReadAsync(ulong start, Memory<byte> target, Memory<bool> owned = default)
    {
        Reads++;
        _data.AsSpan((int)start * blockSize, target.Length).CopyTo(target.Span);
        _owned.AsSpan((int)start, owned.Length).CopyTo(owned.Span);
        return Task.CompletedTask;
    }

    public Task WriteAsync(ulong start, ReadOnlyMemory<byte> source)
    {
        source.Span.CopyTo(_data.AsSpan((int)start * blockSize));
        _owned.AsSpan((int)start, source.Length / blockSize).Fill(true);
        return Task.CompletedTask;
    }

    public async Task WriteUnwrittenAsync(ulong start, ReadOnlyMemory<byte> source)
    {
        for (var i = 0; i < source.Length / blockSize; i++)
        {
            if (!_owned[(int)start + i])
                await WriteAsync(start + (ulong)i, source.Slice(i * blockSize, blockSize));
        }
    }

    public Task FlushAsync(string? snapshotName = null)
    {
        Flushes++;
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }
}
