using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Specs;

namespace Propolis.Contracts.Migrations;

/// <summary>Both ends of a migration as the instance knows them.</summary>
[GenerateSerializer, Immutable, Alias("propolis.migrations.MigrationLegs")]
public sealed record MigrationLegs
{
    /// <summary>The instance's project.</summary>
    [Id(0)] public required string Project { get; init; }

    /// <summary>Where the guest is.</summary>
    [Id(1)] public required SledId Source { get; init; }

    /// <summary>The VMM there.</summary>
    [Id(2)] public required long SourceIncarnation { get; init; }

    /// <summary>What it was last heard to do.</summary>
    [Id(3)] public VmmState? SourceState { get; init; }

    /// <summary>Where it goes; absent while no place is chosen.</summary>
    [Id(4)] public SledId? Target { get; init; }

    /// <summary>The VMM there.</summary>
    [Id(5)] public long TargetIncarnation { get; init; }

    /// <summary>What it was last heard to do.</summary>
    [Id(6)] public VmmState? TargetState { get; init; }

    /// <summary>Where it waits for its source, <c>ip:port</c>; absent while it does not.</summary>
    [Id(7)] public string? TargetAddress { get; init; }

    /// <summary>Why it is not ready yet.</summary>
    [Id(8)] public string? Reason { get; init; }

    /// <summary>After an abort: the generations with which the source opens its disks again.</summary>
    [Id(9)] public EquatableList<DiskGeneration> Disks { get; init; } = [];

    /// <summary>After an abort: the backends of these disks.</summary>
    [Id(10)] public SpecComponents? Backends { get; init; }
}
