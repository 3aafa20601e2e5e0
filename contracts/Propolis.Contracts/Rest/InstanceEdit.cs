using System.Text.Json.Serialization;
using Propolis.Contracts.Instances;

namespace Propolis.Contracts.Rest;

/// <summary><c>PATCH /v1/instances/{id}</c>: what is absent stays.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record InstanceEdit
{
    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>When it starts again by itself.</summary>
    public RestartPolicy? Restart { get; init; }

    /// <summary>What to do when its sled is silent.</summary>
    public SledLossPolicy? SledLoss { get; init; }

    /// <summary>Processors; only while stopped.</summary>
    public int? Cpus { get; init; }

    /// <summary>Memory in MiB; only while stopped.</summary>
    public long? MemoryMb { get; init; }
}
