using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Volumes;

/// <summary>
/// Sub-volumes one behind the other, over an optional read-only parent: blocks that were never written here show the
/// parent's. <see cref="ScrubAsync"/> copies the parent in until it is no longer needed.
/// </summary>
public sealed class Volume : IVolume
{
    const int ScrubBytes = 128 * 1024;
    const int ScrubAttempts = 5;

    readonly IReadOnlyList<IVolume> _parts;
    readonly IReadOnlyList<ulong> _counts;
    readonly TimeProvider _clock;
    IVolume? _parent;
    ulong _scrubbed;

    /// <summary>Puts volumes together, which it then owns. With a parent alone it is read-only.</summary>
    /// <exception cref="CrucibleException">They do not fit together.</exception>
    public Volume(Guid id, int blockSize, IReadOnlyList<IVolume> parts, IVolume? parent, TimeProvider clock)
    {
        if (VolumeRules.CheckParts(blockSize, parts, parent) is { } error)
            throw new CrucibleException(error);
        (Id, BlockSize, _parts, _parent, _clock) = (id, blockSize, parts, parent, clock);
        _counts = parts.Select(part => part.BlockCount).ToList();
        BlockCount = parts.Count == 0 ? parent!.BlockCount : _counts.Aggregate(0UL, (sum, count) => sum + count);
    }

    /// <summary>The volume's id.</summary>
    public Guid Id { get; }

    /// <inheritdoc/>
    public int BlockSize { get; }

    /// <inheritdoc/>
    public ulong BlockCount { get; }

    /// <summary>The volumes it is made of, in order.</summary>
    public IReadOnlyList<IVolume> Parts => _parts;

    /// <summary>What shows through where nothing was written; null once it is scrubbed in.</summary>
    public IVolume? Parent => Volatile.Read(ref _parent);

    /// <summary>Whether reads may still need the parent.</summary>
    public bool HasParent => Volatile.Read(ref _parent) is not null;

    /// <inheritdoc/>
    public async Task ActivateAsync(CancellationToken cancellation)
    {
        foreach (var part in _parts)
            await part.ActivateAsync(cancellation).ConfigureAwait(false);
        if (_parent is { } parent)
            await parent.ActivateAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task DeactivateAsync(CancellationToken cancellation)
    {
        foreach (var part in _parts)
            await part.DeactivateAsync(cancellation).ConfigureAwait(false);
        if (_parent is { } parent)
            await parent.DeactivateAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task ReadAsync(ulong start, Memory<byte> target, Memory<bool> owned = default)
    {
        VolumeRules.CheckRange(this, start, target.Length);
        var count = (ulong)(target.Length / BlockSize);
        if (Volatile.Read(ref _parent) is not { } parent || start >= parent.BlockCount || start + count <= Volatile.Read(ref _scrubbed))
        {
            await ReadPartsAsync(start, target, owned).ConfigureAwait(false);
            return;
        }

        if (_parts.Count == 0)
        {
            await parent.ReadAsync(start, target, owned).ConfigureAwait(false);
            return;
        }

        try
        {
            await ReadOverParentAsync(parent, start, target, owned).ConfigureAwait(false);
        }
        catch (CrucibleException) when (!HasParent)
        {
            // The scrub let go of the parent meanwhile: everything is here now.
            await ReadPartsAsync(start, target, owned).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task WriteAsync(ulong start, ReadOnlyMemory<byte> source) =>
        WritePartsAsync(start, source, (part, at, piece) => part.WriteAsync(at, piece));

    /// <inheritdoc/>
    public Task WriteUnwrittenAsync(ulong start, ReadOnlyMemory<byte> source) =>
        WritePartsAsync(start, source, (part, at, piece) => part.WriteUnwrittenAsync(at, piece));

    /// <inheritdoc/>
    public async Task FlushAsync(string? snapshotName = null)
    {
        foreach (var part in _parts)
            await part.FlushAsync(snapshotName).ConfigureAwait(false);
    }

    /// <summary>
    /// Copies what the parent holds into blocks never written here, then flushes and lets go of the parent. Runs beside
    /// guest requests; <paramref name="pause"/> between two pieces leaves them room.
    /// </summary>
    public async Task ScrubAsync(TimeSpan pause, CancellationToken cancellation)
    {
        if (_parts.Count == 0 || Volatile.Read(ref _parent) is not { } parent)
            return;
        var buffer = new byte[Math.Max(ScrubBytes / BlockSize, 1) * BlockSize];
        while (_scrubbed < parent.BlockCount)
        {
            var count = Math.Min((ulong)(buffer.Length / BlockSize), parent.BlockCount - _scrubbed);
            var piece = buffer.AsMemory(0, (int)count * BlockSize);
            await TryScrubAsync(parent, _scrubbed, piece).ConfigureAwait(false);
            Volatile.Write(ref _scrubbed, _scrubbed + count);
            await Task.Delay(pause, _clock, cancellation).ConfigureAwait(false);
        }

        // Reads below the mark no longer ask the parent, but the copies must be durable before it goes.
        await FlushAsync().ConfigureAwait(false);
        Volatile.Write(ref _parent, null);
        await parent.DeactivateAsync(cancellation).ConfigureAwait(false);
        await parent.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var part in _parts)
            await part.DisposeAsync().ConfigureAwait(false);
        if (_parent is { } parent)
            await parent.DisposeAsync().ConfigureAwait(false);
    }

    async Task ReadOverParentAsync(IVolume parent, ulong start, Memory<byte> target, Memory<bool> owned)
    {
        var count = target.Length / BlockSize;
        var written = owned.Length == count ? owned : new bool[count];
        var covered = (int)Math.Min((ulong)count, parent.BlockCount - start);
        var below = new byte[covered * BlockSize];
        await parent.ReadAsync(start, below).ConfigureAwait(false);
        await ReadPartsAsync(start, target, written).ConfigureAwait(false);
        for (var i = 0; i < covered; i++)
        {
            if (!written.Span[i])
                below.AsSpan(i * BlockSize, BlockSize).CopyTo(target.Span[(i * BlockSize)..]);
        }
    }

    async Task ReadPartsAsync(ulong start, Memory<byte> target, Memory<bool> owned)
    {
        foreach (var piece in VolumeRules.Cut(_counts, start, (ulong)(target.Length / BlockSize)))
        {
            var memory = target.Slice((int)piece.Skipped * BlockSize, (int)piece.Count * BlockSize);
            var flags = owned.IsEmpty ? default : owned.Slice((int)piece.Skipped, (int)piece.Count);
            await _parts[piece.Index].ReadAsync(piece.Start, memory, flags).ConfigureAwait(false);
        }
    }

    async Task WritePartsAsync(ulong start, ReadOnlyMemory<byte> source, Func<IVolume, ulong, ReadOnlyMemory<byte>, Task> write)
    {
        VolumeRules.CheckRange(this, start, source.Length);
        if (_parts.Count == 0)
            throw new CrucibleException(CrucibleError.Of(CrucibleErrorKind.CannotReceiveBlocks, "a volume with nothing but a parent cannot be written"));
        foreach (var piece in VolumeRules.Cut(_counts, start, (ulong)(source.Length / BlockSize)))
        {
            var memory = source.Slice((int)piece.Skipped * BlockSize, (int)piece.Count * BlockSize);
            await write(_parts[piece.Index], piece.Start, memory).ConfigureAwait(false);
        }
    }

    async Task TryScrubAsync(IVolume parent, ulong start, Memory<byte> piece)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await parent.ReadAsync(start, piece).ConfigureAwait(false);
                await WriteUnwrittenAsync(start, piece).ConfigureAwait(false);
                return;
            }
            catch (CrucibleException error) when (attempt < ScrubAttempts && !error.IsFenced)
            {
                await Task.Delay(TimeSpan.FromSeconds(attempt), _clock).ConfigureAwait(false);
            }
        }
    }
}
