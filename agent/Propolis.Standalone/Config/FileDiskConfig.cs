using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>type = "file": a file or a device of the host.</summary>
sealed record FileDiskConfig : BlockDeviceConfig
{
    /// <summary>How many threads a file disk has when the configuration does not say.</summary>
    public const int DefaultWorkers = 8;

    /// <summary>The file or device.</summary>
    public required ConfigPath Path { get; init; }

    /// <summary>Threads that read and write it, 1 to 32.</summary>
    public required int Workers { get; init; }
}
