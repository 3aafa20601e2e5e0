namespace Propolis.Contracts.Server;

/// <summary>A VM and its state.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.Instance")]
public sealed record Instance
{
    /// <summary>What it is called.</summary>
    [Id(0)] public required InstanceProperties Properties { get; init; }

    /// <summary>What it does.</summary>
    [Id(1)] public required InstanceState State { get; init; }
}
