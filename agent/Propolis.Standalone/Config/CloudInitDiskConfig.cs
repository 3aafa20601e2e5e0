namespace Propolis.Standalone.Config;

/// <summary>type = "cloudinit": a read-only FAT volume with the files of <see cref="MachineConfig.CloudInit"/>.</summary>
sealed record CloudInitDiskConfig : BlockDeviceConfig;
