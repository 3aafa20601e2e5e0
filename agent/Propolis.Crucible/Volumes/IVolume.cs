namespace Propolis.Crucible.Volumes;

/// <summary>
/// Blocks that can be read and written. Requests are in whole blocks; they may run side by side and complete in any order,
/// but a request sees everything acknowledged before it was made. Failures are <see cref="CrucibleException"/>. What awaits a request
/// may go on on the thread that received its answer, and must not block there.
/// </summary>
public interface IVolume : IAsyncDisposable
{
    /// <summary>Bytes of a block.</summary>
    int BlockSize { get; }

    /// <summary>Blocks of the volume.</summary>
    ulong BlockCount { get; }

    /// <summary>Opens it; done when requests can be served.</summary>
    Task ActivateAsync(CancellationToken cancellation);

    /// <summary>Makes everything durable and lets go of what it holds.</summary>
    Task DeactivateAsync(CancellationToken cancellation);

    /// <summary>
    /// Reads blocks. <paramref name="owned"/>, if not empty, is set per block to whether it was ever written here.
    /// </summary>
    Task ReadAsync(ulong start, Memory<byte> target, Memory<bool> owned = default);

    /// <summary>Writes blocks. The memory may be used again when the task is done.</summary>
    Task WriteAsync(ulong start, ReadOnlyMemory<byte> source);

    /// <summary>Writes those blocks that were never written.</summary>
    Task WriteUnwrittenAsync(ulong start, ReadOnlyMemory<byte> source);

    /// <summary>Makes every acknowledged write durable, and takes a snapshot if it is given a name.</summary>
    Task FlushAsync(string? snapshotName = null);
}
