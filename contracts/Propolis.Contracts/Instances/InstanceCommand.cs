namespace Propolis.Contracts.Instances;

/// <summary>Changes what an instance should be.</summary>
[GenerateSerializer, Immutable, Alias("propolis.instances.InstanceCommand")]
public sealed record InstanceCommand
{
    /// <summary>Repeated with the same id, it changes nothing and gets the same answer.</summary>
    [Id(0)] public required string OperationId { get; init; }

    /// <summary>Who asks.</summary>
    [Id(1)] public required string Actor { get; init; }

    /// <summary>What.</summary>
    [Id(2)] public required InstanceAction Action { get; init; }

    /// <summary>Why, for the events.</summary>
    [Id(3)] public string? Reason { get; init; }
}
