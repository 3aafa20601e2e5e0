namespace Propolis.Contracts.Server;

/// <summary>The newest state; states in between may have been missed.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.InstanceStateMonitorResponse")]
public sealed record InstanceStateMonitorResponse
{
    /// <summary>Counts what was published, from 1.</summary>
    [Id(0)] public required ulong Gen { get; init; }

    /// <summary>What the VM does.</summary>
    [Id(1)] public required InstanceState State { get; init; }

    /// <summary>Its migrations.</summary>
    [Id(2)] public required InstanceMigrateStatusResponse Migration { get; init; }
}
