namespace Propolis.Silo.Placement;

/// <summary>What a sled must be for a running guest to move there.</summary>
public sealed record LiveFit
{
    /// <summary>The hypervisor it runs on.</summary>
    public required string Hypervisor { get; init; }

    /// <summary>The processors it runs on; empty when not known.</summary>
    public required string Cpu { get; init; }
}
