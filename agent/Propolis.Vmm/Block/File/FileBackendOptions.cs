namespace Propolis.Vmm.Block.File;

/// <summary>How a file or block device serves as a disk.</summary>
public sealed record FileBackendOptions
{
    /// <summary>The file or device.</summary>
    public required string Path { get; init; }

    /// <summary>Bytes per block, a power of two from 512 to 65536.</summary>
    public uint BlockSize { get; init; } = 512;

    /// <summary>Refuse writes.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Answer flushes without making anything durable: for disks that need not survive the host.</summary>
    public bool SkipFlush { get; init; }

    /// <summary>Threads, 1 to 32.</summary>
    public int Workers { get; init; } = 8;

    /// <summary>The clock that stamps requests, for latency metrics.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
