namespace Propolis.Vmm.Block;

/// <summary>
/// A backend that can let go of its disk while its machine is paused, so that another host opens it, and take it again when the machine stays after all. Called by the
/// machine only, with no request in flight.
/// </summary>
public interface IReleasableBackend : IBlockBackend
{
    /// <summary>Why the disk could not be taken again at once if it were let go now; null when it could. A machine asks before it lets go of anything.</summary>
    string? WhyNotRelease { get; }

    /// <summary>Does ahead of the start what takes the disk from nobody; returns at once.</summary>
    void Prepare();

    /// <summary>Lets go: everything acknowledged is durable and nothing of this process writes to the disk any more. Repeated, it does nothing.</summary>
    Task ReleaseAsync(CancellationToken cancellation);

    /// <summary>Takes the disk again, as somebody who may have been displaced meanwhile (a Crucible volume: with a fresh generation). Nothing when it was not released.</summary>
    Task ReclaimAsync(CancellationToken cancellation);
}
