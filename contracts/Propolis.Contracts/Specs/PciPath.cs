namespace Propolis.Contracts.Specs;

/// <summary>A place on the PCI buses.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.PciPath")]
public sealed record PciPath
{
    /// <summary>Bus, 0 is the root.</summary>
    [Id(0)] public required byte Bus { get; init; }

    /// <summary>Device, 0 to 31.</summary>
    [Id(1)] public required byte Device { get; init; }

    /// <summary>Function, 0 to 7.</summary>
    [Id(2)] public required byte Function { get; init; }
}
