using Propolis.Contracts.Server;

namespace Propolis.Server.Rest;

/// <summary>What older versions of the interface say of a volume: whether it is active, and nothing more.</summary>
static class DiskStatusRules
{
    /// <summary>True when every client in the volume's tree is active.</summary>
    public static bool IsActive(VolumeInfo volume) => volume switch
    {
        { Upstairs: { } upstairs } => upstairs.State == UpstairsInfoStatus.Active,
        { Volume: { } tree } => tree.SubVolumes.All(IsActive) && (tree.ReadOnlyParent is null || IsActive(tree.ReadOnlyParent)),
        _ => false,
    };
}
