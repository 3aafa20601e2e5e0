namespace Propolis.Contracts.Server;

/// <summary>What a VM is called.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.InstanceProperties")]
public sealed record InstanceProperties
{
    /// <summary>Its id.</summary>
    [Id(0)] public required Guid Id { get; init; }

    /// <summary>Its name.</summary>
    [Id(1)] public required string Name { get; init; }

    /// <summary>Free text.</summary>
    [Id(2)] public required string Description { get; init; }

    /// <summary>Labels for metrics.</summary>
    [Id(3)] public required InstanceMetadata Metadata { get; init; }
}
