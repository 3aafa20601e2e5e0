namespace Propolis.Vmm.Block;

/// <summary>
/// A disk that is opened only when its machine starts, and that can be given up and opened again: what a machine that may migrate has. The opener is asked each time, so it can
/// supply what has changed (a generation, an address).
/// </summary>
public sealed class DetachableBackend : IReleasableBackend
{
    readonly Func<CancellationToken, Task<IBlockBackend>> _open;
    IBlockBackend? _inner;
    bool _isStarted;

    /// <summary>A disk that is open nowhere yet; its geometry is known from elsewhere (<c>MigrationOffer</c>), and what is opened must have it.</summary>
    public DetachableBackend(string name, BlockGeometry geometry, Func<CancellationToken, Task<IBlockBackend>> open)
    {
        Name = name;
        Geometry = geometry;
        _open = open;
    }

    /// <summary>A disk that is open already; <paramref name="open"/> is for the next time.</summary>
    public DetachableBackend(string name, IBlockBackend opened, Func<CancellationToken, Task<IBlockBackend>> open)
        : this(name, opened.Geometry, open) => _inner = opened;

    /// <summary>The disk's name, for messages.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public BlockGeometry Geometry { get; }

    /// <inheritdoc/>
    public string? WhyNotRelease => (_inner as IReplicatedBackend)?.Degradation;

    /// <summary>What is behind it now, for counters; null while it is released.</summary>
    public IBlockBackend? Inner => _inner;

    /// <inheritdoc/>
    public void Prepare() => (_inner as IReplicatedBackend)?.Greet();

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellation)
    {
        var inner = _inner ??= await _open(cancellation);
        await inner.StartAsync(cancellation);
        if (inner.Geometry != Geometry)
            throw new BlockBackendException($"Disk '{Name}' is not the one that the guest knows: it is {Describe(inner.Geometry)} now and was {Describe(Geometry)}.");
        _isStarted = true;
    }

    /// <inheritdoc/>
    public void Submit(BlockRequest request)
    {
        if (_inner is { } inner) inner.Submit(request);
        else request.Complete(BlockStatus.Failed);
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(CancellationToken cancellation)
    {
        if (_inner is not { } inner) return;
        if (_isStarted) await BlockFlush.RunAsync(inner, Name, cancellation);
        _inner = null;
        _isStarted = false;
        inner.Dispose();
    }

    /// <inheritdoc/>
    public Task ReclaimAsync(CancellationToken cancellation) => _isStarted ? Task.CompletedTask : StartAsync(cancellation);

    /// <inheritdoc/>
    public void Dispose() => _inner?.Dispose();

    static string Describe(BlockGeometry geometry) =>
        $"{geometry.BlockCount} blocks of {geometry.BlockSize} bytes{(geometry.ReadOnly ? ", read-only" : "")}";
}
