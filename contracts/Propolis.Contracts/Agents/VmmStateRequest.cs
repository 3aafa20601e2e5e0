namespace Propolis.Contracts.Agents;

/// <summary><c>PUT /v1/vmms/{instance}/{incarnation}/state</c>.</summary>
[GenerateSerializer, Immutable, Alias("propolis.agents.VmmStateRequest")]
public sealed record VmmStateRequest
{
    /// <summary>What.</summary>
    [Id(0)] public required VmmRequest Requested { get; init; }

    /// <summary>A repeated reboot with the id of the last one does nothing.</summary>
    [Id(1)] public required string OperationId { get; init; }
}
