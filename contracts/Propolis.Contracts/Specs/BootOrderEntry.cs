namespace Propolis.Contracts.Specs;

/// <summary>One device to try.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.BootOrderEntry")]
public sealed record BootOrderEntry
{
    /// <summary>The disk's component.</summary>
    [Id(0)] public required SpecKey Id { get; init; }
}
