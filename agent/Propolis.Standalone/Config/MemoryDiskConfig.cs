namespace Propolis.Standalone.Config;

/// <summary>type = "mem-async": memory of the process, empty at the start and lost at the end; for measurements.</summary>
sealed record MemoryDiskConfig : BlockDeviceConfig
{
    /// <summary>Bytes, a multiple of the block size.</summary>
    public required ulong Size { get; init; }

    /// <summary>How many requests are served at once, 1 to 32.</summary>
    public required int Workers { get; init; }
}
