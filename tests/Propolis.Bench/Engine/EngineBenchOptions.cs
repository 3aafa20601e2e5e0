namespace Propolis.Bench.Engine;

/// <summary>Where the engine bench finds what it runs.</summary>
sealed record EngineBenchOptions
{
    /// <summary>Folder for the disk and the ramdisk.</summary>
    public required string Folder { get; init; }

    /// <summary>Folder of the guest's images.</summary>
    public required string Images { get; init; }

    /// <summary>Our program.</summary>
    public required string Standalone { get; init; }

    /// <summary>QEMU.</summary>
    public required string Qemu { get; init; }

    /// <summary>Seconds of each measurement.</summary>
    public required int Seconds { get; init; }

    /// <summary>Measure exits only.</summary>
    public bool SkipGuests { get; init; }
}
