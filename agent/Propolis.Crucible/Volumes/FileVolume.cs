using Propolis.Crucible.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Volumes;

/// <summary>A plain file as a volume. It does not know which blocks were written, so every block counts as owned.</summary>
public sealed class FileVolume : IVolume
{
    readonly IRandomFile _file;

    /// <summary>Takes an open file, which it then owns.</summary>
    /// <exception cref="CrucibleException">The file is not a whole number of blocks.</exception>
    public FileVolume(IRandomFile file, int blockSize)
    {
        if (file.Length % blockSize != 0)
            throw new CrucibleException(CrucibleError.Of(CrucibleErrorKind.SubvolumeSizeMismatch, $"{file.Length} bytes are not whole blocks of {blockSize}"));
        (_file, BlockSize, BlockCount) = (file, blockSize, (ulong)(file.Length / blockSize));
    }

    /// <inheritdoc/>
    public int BlockSize { get; }

    /// <inheritdoc/>
    public ulong BlockCount { get; }

    /// <inheritdoc/>
    public Task ActivateAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task DeactivateAsync(CancellationToken cancellation) => FlushAsync();

    /// <inheritdoc/>
    public Task ReadAsync(ulong start, Memory<byte> target, Memory<bool> owned = default) => Run(() =>
    {
        VolumeRules.CheckRange(this, start, target.Length);
        _file.Read((long)start * BlockSize, target.Span);
        owned.Span.Fill(true);
    });

    /// <inheritdoc/>
    public Task WriteAsync(ulong start, ReadOnlyMemory<byte> source) => Run(() =>
    {
        VolumeRules.CheckRange(this, start, source.Length);
        _file.Write((long)start * BlockSize, source.Span);
    });

    /// <inheritdoc/>
    public Task WriteUnwrittenAsync(ulong start, ReadOnlyMemory<byte> source) =>
        Task.FromException(new CrucibleException(CrucibleError.Of(CrucibleErrorKind.Unsupported, "a file does not know which blocks were written")));

    /// <inheritdoc/>
    public Task FlushAsync(string? snapshotName = null) => snapshotName is null
        ? Run(_file.Sync)
        : Task.FromException(new CrucibleException(CrucibleError.Of(CrucibleErrorKind.Unsupported, "a file volume takes no snapshots")));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return ValueTask.CompletedTask;
    }

    // On another thread: who asks must not wait for the file.
    static async Task Run(Action action)
    {
        try
        {
            await Task.Run(action).ConfigureAwait(false);
        }
        catch (IOException error) when (error is not CrucibleException)
        {
            throw new CrucibleException(CrucibleError.Of(CrucibleErrorKind.IoError, error.Message));
        }
    }
}
