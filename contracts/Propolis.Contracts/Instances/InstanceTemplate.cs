using Propolis.Contracts.Specs;
using System.Text.Json.Serialization;

namespace Propolis.Contracts.Instances;

/// <summary>What a user asks for when making an instance.</summary>
[GenerateSerializer, Immutable, Alias("propolis.instances.InstanceTemplate")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record InstanceTemplate
{
    /// <summary>The project that pays.</summary>
    [Id(0)] public required string Project { get; init; }

    /// <summary>Its name, unique in the project.</summary>
    [Id(1)] public required string Name { get; init; }

    /// <summary>Free text.</summary>
    [Id(2)] public string Description { get; init; } = "";

    /// <summary>Board and devices, without the backends of attached volumes.</summary>
    [Id(3)] public required InstanceSpec Spec { get; init; }

    /// <summary>Its disks on volumes.</summary>
    [Id(4)] public EquatableList<VolumeAttachment> Volumes { get; init; } = [];

    /// <summary>Its groups.</summary>
    [Id(5)] public EquatableList<PlacementGroup> Groups { get; init; } = [];

    /// <summary>When it starts again by itself.</summary>
    [Id(6)] public RestartPolicy Restart { get; init; } = new() { Mode = RestartMode.OnFailure };

    /// <summary>What to do when its sled is silent.</summary>
    [Id(7)] public SledLossPolicy SledLoss { get; init; }

    /// <summary>Whether to run it at once.</summary>
    [Id(8)] public bool Start { get; init; } = true;

    /// <summary>What it starts with; the sled's usual firmware when absent.</summary>
    [Id(9)] public BootSource? Boot { get; init; }
}
