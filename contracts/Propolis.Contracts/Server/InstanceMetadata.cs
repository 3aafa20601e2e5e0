namespace Propolis.Contracts.Server;

/// <summary>Labels for metrics: who owns the VM and what it runs on.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.InstanceMetadata")]
public sealed record InstanceMetadata
{
    /// <summary>The tenant.</summary>
    [Id(0)] public required Guid SiloId { get; init; }

    /// <summary>The project.</summary>
    [Id(1)] public required Guid ProjectId { get; init; }

    /// <summary>The sled.</summary>
    [Id(2)] public required Guid SledId { get; init; }

    /// <summary>The sled's serial number.</summary>
    [Id(3)] public required string SledSerial { get; init; }

    /// <summary>The sled's hardware revision.</summary>
    [Id(4)] public required uint SledRevision { get; init; }

    /// <summary>The sled's model.</summary>
    [Id(5)] public required string SledModel { get; init; }
}
