namespace Propolis.Bench.Migration;

/// <summary>What is moved, and how often.</summary>
sealed record MigrationBenchOptions
{
    /// <summary>The guest's kernel.</summary>
    public required string Kernel { get; init; }

    /// <summary>The guest's initial ramdisk.</summary>
    public required string Initrd { get; init; }

    /// <summary>QEMU, to measure it beside; null for our engine alone.</summary>
    public string? Qemu { get; init; }

    /// <summary>A disk that the guest reads; null for none.</summary>
    public string? Disk { get; init; }

    /// <summary>The guest's memory, MiB.</summary>
    public ulong MemoryMiB { get; init; } = 512;

    /// <summary>The guest's vCPUs.</summary>
    public int Vcpus { get; init; } = 2;

    /// <summary>Moves of each kind.</summary>
    public int Moves { get; init; } = 5;

    /// <summary>Connections for memory.</summary>
    public int Streams { get; init; } = 2;

    /// <summary>Pages are compressed.</summary>
    public bool Compress { get; init; }

    /// <summary>Shows every step.</summary>
    public bool IsVerbose { get; init; }

    /// <summary>The budget of the downtime.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromMilliseconds(300);
}
