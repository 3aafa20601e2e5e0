namespace Propolis.Contracts.Server;

/// <summary><c>GET /instance/state-monitor</c>: waits for a generation.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.InstanceStateMonitorRequest")]
public sealed record InstanceStateMonitorRequest
{
    /// <summary>The generation wanted: the last one seen and one more.</summary>
    [Id(0)] public required ulong Gen { get; init; }
}
