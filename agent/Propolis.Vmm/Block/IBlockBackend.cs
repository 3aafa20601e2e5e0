namespace Propolis.Vmm.Block;

/// <summary>
/// Where a disk's bytes are: a file, memory, a Crucible volume. One front end uses it. Requests complete in any order, from any thread, even
/// before <see cref="Submit"/> returns.
/// </summary>
public interface IBlockBackend : IDisposable
{
    /// <summary>Size and abilities.</summary>
    BlockGeometry Geometry { get; }

    /// <summary>Makes the disk ready; called once before the first request. Ends with an exception that names the disk when it cannot be opened.</summary>
    Task StartAsync(CancellationToken cancellation);

    /// <summary>Takes a request over; never waits for the disk.</summary>
    void Submit(BlockRequest request);
}
