using System.Text.Json.Serialization;

namespace Propolis.Contracts.Instances;

/// <summary>Changes what an instance is; what is null stays. Processors and memory can be changed only while it is stopped, and count against the quota.</summary>
[GenerateSerializer, Immutable, Alias("propolis.instances.EditInstance")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record EditInstance
{
    /// <summary>Repeated with the same id, it changes nothing and gets the same answer.</summary>
    [Id(0)] public required string OperationId { get; init; }

    /// <summary>Who asks.</summary>
    [Id(1)] public required string Actor { get; init; }

    /// <summary>Free text.</summary>
    [Id(2)] public string? Description { get; init; }

    /// <summary>When it starts again by itself.</summary>
    [Id(3)] public RestartPolicy? Restart { get; init; }

    /// <summary>What to do when its sled is silent.</summary>
    [Id(4)] public SledLossPolicy? SledLoss { get; init; }

    /// <summary>Processors; only while stopped.</summary>
    [Id(5)] public int? Cpus { get; init; }

    /// <summary>Memory in MiB; only while stopped.</summary>
    [Id(6)] public long? MemoryMb { get; init; }
}
