namespace Propolis.Contracts.Projects;

/// <summary>Sets a project's quota.</summary>
[GenerateSerializer, Immutable, Alias("propolis.projects.QuotaCommand")]
public sealed record QuotaCommand
{
    /// <summary>Names the command in the events.</summary>
    [Id(0)] public required string OperationId { get; init; }

    /// <summary>Who asks.</summary>
    [Id(1)] public required string Actor { get; init; }

    /// <summary>The new quota.</summary>
    [Id(2)] public required ProjectQuota Quota { get; init; }
}
