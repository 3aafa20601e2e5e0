namespace Propolis.Silo.Instances;

/// <summary>A change of size that the project has not admitted yet.</summary>
public sealed record PendingResize
{
    /// <summary>Processors.</summary>
    public required int Cpus { get; init; }

    /// <summary>Memory in MiB.</summary>
    public required long MemoryMb { get; init; }
}
