using Propolis.Contracts.Agents;
using Propolis.Contracts.Specs;

namespace Propolis.Contracts.Migrations;

/// <summary>What the side that asked has to do. Anything but <see cref="MigrationVerdict.Undecided"/> is final and the same for both sides.</summary>
[GenerateSerializer, Immutable, Alias("propolis.migrations.MigrationAnswer")]
public sealed record MigrationAnswer
{
    /// <summary>The decision.</summary>
    [Id(0)] public required MigrationVerdict Verdict { get; init; }

    /// <summary>Why, for an abort.</summary>
    [Id(1)] public string? Reason { get; init; }

    /// <summary>
    /// To a source that is to run on: the generations with which it opens its disks again, because the target's are newer. Empty when its own still hold.
    /// </summary>
    [Id(2)] public EquatableList<DiskGeneration> Disks { get; init; } = [];

    /// <summary>The backends of these disks, with the generations in them.</summary>
    [Id(3)] public SpecComponents? Backends { get; init; }
}
