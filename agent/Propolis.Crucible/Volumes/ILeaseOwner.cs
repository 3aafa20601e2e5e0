using Propolis.Crucible.Upstairs;

namespace Propolis.Crucible.Volumes;

/// <summary>Whoever hands out generations of a volume and so knows whether one is still the newest.</summary>
public interface ILeaseOwner
{
    /// <summary>Asks about a generation; <see cref="LeaseAnswer.Unknown"/> when there is no answer now.</summary>
    Task<LeaseAnswer> AskAsync(ulong generation, CancellationToken cancellation);
}
