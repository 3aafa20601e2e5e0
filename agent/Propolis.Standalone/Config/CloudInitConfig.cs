namespace Propolis.Standalone.Config;

/// <summary>[cloudinit]: the files of the cloud-init disk (volume label cidata). A file that is null is left out.</summary>
/// <param name="UserData">user-data.</param>
/// <param name="MetaData">meta-data.</param>
/// <param name="NetworkConfig">network-config.</param>
sealed record CloudInitConfig(CloudInitPart? UserData, CloudInitPart? MetaData, CloudInitPart? NetworkConfig);
