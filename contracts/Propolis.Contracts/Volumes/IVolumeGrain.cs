using Propolis.Contracts.Hosting;
using Propolis.Contracts.Results;

namespace Propolis.Contracts.Volumes;

/// <summary>Owns one volume's generation: each is given out once, and they only rise. Its key is a <see cref="Ids.VolumeId"/>.</summary>
[Alias("propolis.volume")]
public interface IVolumeGrain : IGrainWithStringKey
{
    /// <summary>Makes the volume.</summary>
    /// <param name="request">What to make.</param>
    [Alias("create")] Task<Reply<VolumeView>> CreateAsync(CreateVolume request);

    /// <summary>
    /// Gives out the next generation, written before it is told. The same holder asking again with the same operation id gets the same one.
    /// Refused while another instance holds the volume, and to an older VMM than the holder.
    /// </summary>
    /// <param name="request">Who asks and why.</param>
    [Alias("checkout")] Task<Reply<VolumeTicket>> CheckoutAsync(CheckoutRequest request);

    /// <summary>The VMM is gone; the volume is free unless another one holds it by now. The generation stays.</summary>
    /// <param name="holder">Who held it.</param>
    [Alias("release")] Task<Reply<VolumeView>> ReleaseAsync(VolumeHolder holder);

    /// <summary>Forgets the volume; refused while it is held.</summary>
    /// <param name="actor">Who asks.</param>
    [Alias("delete")] Task<Reply<VolumeView>> DeleteAsync(string actor);

    /// <summary>
    /// Replaces a region of a placed Crucible volume by a new one on another sled. Answers when the place is chosen; the copying goes on by itself.
    /// Refused while another region of the volume is not whole.
    /// </summary>
    /// <param name="request">Which.</param>
    [Alias("replace-region")] Task<Reply<VolumeView>> ReplaceRegionAsync(ReplaceRegion request);

    /// <summary>
    /// Takes a snapshot of a placed Crucible volume through the VM that has it open. Refused in words where the file system of a region cannot; when the VM does not
    /// answer, it is taken by and by.
    /// </summary>
    /// <param name="request">Its name.</param>
    [Alias("take-snapshot")] Task<Reply<VolumeSnapshot>> TakeSnapshotAsync(TakeSnapshot request);

    /// <summary>Removes a snapshot.</summary>
    /// <param name="request">Which.</param>
    [Alias("delete-snapshot")] Task<Reply<VolumeSnapshot>> DeleteSnapshotAsync(DeleteSnapshot request);

    /// <summary>How well its regions are, asked of their sleds now.</summary>
    [ReadOnlyCall, Alias("health")] Task<Reply<VolumeHealth>> HealthAsync();

    /// <summary>What it is.</summary>
    [ReadOnlyCall, Alias("get")] Task<Reply<VolumeView>> GetAsync();
}
