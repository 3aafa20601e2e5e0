using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Server;

namespace Propolis.Silo.Sleds;

/// <summary>
/// Speaks to agents about Crucible regions and their users (<see cref="AgentRoutes"/>). Every call has a deadline; a call that ends in
/// <see cref="SledCallException"/> may have been obeyed.
/// </summary>
public interface IRegionClient
{
    /// <summary>Makes and serves a region.</summary>
    /// <param name="address">Where the agent listens.</param>
    /// <param name="region">Which.</param>
    /// <param name="request">What.</param>
    Task<RegionReply> EnsureRegionAsync(string address, Guid region, RegionEnsureRequest request);

    /// <summary>What a region does.</summary>
    /// <param name="address">Where the agent listens.</param>
    /// <param name="region">Which.</param>
    Task<RegionReply> GetRegionAsync(string address, Guid region);

    /// <summary>Removes a region with all it holds.</summary>
    /// <param name="address">Where the agent listens.</param>
    /// <param name="region">Which.</param>
    Task<RegionReply> RemoveRegionAsync(string address, Guid region);

    /// <summary>Has the VMM that has a volume open take a snapshot; one that is there counts as taken.</summary>
    /// <param name="address">Where the VMM's agent listens.</param>
    /// <param name="instance">Whose VMM.</param>
    /// <param name="incarnation">Which VMM.</param>
    /// <param name="volume">The volume.</param>
    /// <param name="snapshot">The snapshot.</param>
    Task<SnapshotReply> TakeSnapshotAsync(string address, InstanceId instance, long incarnation, VolumeId volume, Guid snapshot);

    /// <summary>Removes a snapshot of a region.</summary>
    /// <param name="address">Where the agent listens.</param>
    /// <param name="region">Which.</param>
    /// <param name="snapshot">The snapshot.</param>
    Task<SnapshotReply> RemoveSnapshotAsync(string address, Guid region, Guid snapshot);

    /// <summary>A volume as the VMM that has it open sees it.</summary>
    /// <param name="address">Where the VMM's agent listens.</param>
    /// <param name="instance">Whose VMM.</param>
    /// <param name="incarnation">Which VMM.</param>
    /// <param name="volume">The volume.</param>
    Task<VolumeStatus> VolumeStatusAsync(string address, InstanceId instance, long incarnation, VolumeId volume);

    /// <summary>Has the VMM that has a volume open replace the target in which the request differs from its own.</summary>
    /// <param name="address">Where the VMM's agent listens.</param>
    /// <param name="instance">Whose VMM.</param>
    /// <param name="incarnation">Which VMM.</param>
    /// <param name="volume">The volume.</param>
    /// <param name="request">The new construction request.</param>
    Task<ReplaceResult> ReplaceTargetAsync(string address, InstanceId instance, long incarnation, VolumeId volume, InstanceVCRReplace request);
}
