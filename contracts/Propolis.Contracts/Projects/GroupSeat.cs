using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Projects;

/// <summary>Where a VMM is to be whose instance must be on one sled with the other members of groups of its project.</summary>
[GenerateSerializer, Immutable, Alias("propolis.projects.GroupSeat")]
public sealed record GroupSeat
{
    /// <summary>Whose.</summary>
    [Id(0)] public required InstanceId Instance { get; init; }

    /// <summary>Which of its VMMs.</summary>
    [Id(1)] public required long Incarnation { get; init; }

    /// <summary>Where.</summary>
    [Id(2)] public required SledId Sled { get; init; }

    /// <summary>The groups' names.</summary>
    [Id(3)] public required EquatableList<string> Groups { get; init; }
}
