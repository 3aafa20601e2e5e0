using Propolis.Contracts.Specs;

namespace Propolis.Contracts.Server;

/// <summary>A new VM from a spec.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.SpecInitialization")]
public sealed record SpecInitialization : InstanceInitializationMethod
{
    /// <summary>What it is made of.</summary>
    [Id(0)] public required InstanceSpec Spec { get; init; }
}
