namespace Propolis.Contracts.Projects;

/// <summary>A project as others see it.</summary>
[GenerateSerializer, Immutable, Alias("propolis.projects.ProjectView")]
public sealed record ProjectView
{
    /// <summary>Its name.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>What it may have.</summary>
    [Id(1)] public required ProjectQuota Quota { get; init; }

    /// <summary>What it has.</summary>
    [Id(2)] public required ProjectQuota Used { get; init; }

    /// <summary>Counts its writes.</summary>
    [Id(3)] public required long Version { get; init; }
}
