using System.Net;

namespace Propolis.Standalone.Config;

/// <summary>type = "crucible": a volume on three Crucible downstairs. Its block size is always set.</summary>
sealed record CrucibleDiskConfig : BlockDeviceConfig
{
    /// <summary>Blocks in each extent; must be what the regions were made with.</summary>
    public required ulong BlocksPerExtent { get; init; }

    /// <summary>Number of extents; must be what the regions were made with.</summary>
    public required uint ExtentCount { get; init; }

    /// <summary>The addresses of the three downstairs.</summary>
    public required IReadOnlyList<IPEndPoint> Targets { get; init; }

    /// <summary>Must be higher at each start than at the one before; null takes it from the file beside the configuration.</summary>
    public ulong? Generation { get; init; }

    /// <summary>Who connects; a new id at each start when null.</summary>
    public Guid? UpstairsId { get; init; }

    /// <summary>Accepted and without effect, as in the original.</summary>
    public bool Lossy { get; init; }

    /// <summary>A write is acknowledged after two downstairs have it, instead of at once.</summary>
    public bool Sync { get; init; }

    /// <summary>How often the volume is flushed without being asked; the client's own choice when null.</summary>
    public TimeSpan? FlushTimeout { get; init; }

    /// <summary>The 32 bytes that encrypt the data at rest; not encrypted when null. Never printed.</summary>
    public ReadOnlyMemory<byte>? EncryptionKey { get; init; }

    /// <summary>TLS to the downstairs; plain TCP when null.</summary>
    public CrucibleTlsConfig? Tls { get; init; }

    /// <summary>Where the control interface of the client listens; not at all when null.</summary>
    public IPEndPoint? ControlAddress { get; init; }
}
