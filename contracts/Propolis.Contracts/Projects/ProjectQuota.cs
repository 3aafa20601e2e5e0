using System.Text.Json.Serialization;

namespace Propolis.Contracts.Projects;

/// <summary>What a project may have at once; stopped instances count.</summary>
[GenerateSerializer, Immutable, Alias("propolis.projects.ProjectQuota")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ProjectQuota
{
    /// <summary>Instances.</summary>
    [Id(0)] public required int Instances { get; init; }

    /// <summary>Virtual processors.</summary>
    [Id(1)] public required int Cpus { get; init; }

    /// <summary>Memory in MiB.</summary>
    [Id(2)] public required long MemoryMb { get; init; }
}
