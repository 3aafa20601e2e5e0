namespace Propolis.Standalone.Config;

/// <summary>type = "crucible-mem": a Crucible volume that lives in the memory of the process.</summary>
sealed record CrucibleMemoryDiskConfig : BlockDeviceConfig
{
    /// <summary>Bytes, a multiple of the block size.</summary>
    public required ulong Size { get; init; }
}
