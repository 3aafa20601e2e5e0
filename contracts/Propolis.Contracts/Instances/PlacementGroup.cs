using System.Text.Json.Serialization;

namespace Propolis.Contracts.Instances;

/// <summary>A group of instances and how they want to be placed.</summary>
[GenerateSerializer, Immutable, Alias("propolis.instances.PlacementGroup")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PlacementGroup
{
    /// <summary>The group, within the project.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>How.</summary>
    [Id(1)] public required GroupRule Rule { get; init; }

    /// <summary>Whether to rather not start than to break the rule.</summary>
    [Id(2)] public bool Required { get; init; }
}
