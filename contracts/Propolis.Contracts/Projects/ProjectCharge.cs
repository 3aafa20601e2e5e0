using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Projects;

/// <summary>What one instance takes of a quota.</summary>
[GenerateSerializer, Immutable, Alias("propolis.projects.ProjectCharge")]
public sealed record ProjectCharge
{
    /// <summary>Whose.</summary>
    [Id(0)] public required InstanceId Instance { get; init; }

    /// <summary>Its name, unique in the project.</summary>
    [Id(1)] public required string Name { get; init; }

    /// <summary>Processors.</summary>
    [Id(2)] public required int Cpus { get; init; }

    /// <summary>Memory in MiB.</summary>
    [Id(3)] public required long MemoryMb { get; init; }
}
