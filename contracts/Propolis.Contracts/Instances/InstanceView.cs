using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Specs;

namespace Propolis.Contracts.Instances;

/// <summary>An instance as others see it.</summary>
[GenerateSerializer, Immutable, Alias("propolis.instances.InstanceView")]
public sealed record InstanceView
{
    /// <summary>Its id.</summary>
    [Id(0)] public required InstanceId Id { get; init; }

    /// <summary>Its project.</summary>
    [Id(1)] public required string Project { get; init; }

    /// <summary>Its name.</summary>
    [Id(2)] public required string Name { get; init; }

    /// <summary>Free text.</summary>
    [Id(3)] public required string Description { get; init; }

    /// <summary>What it is.</summary>
    [Id(4)] public required InstancePhase Phase { get; init; }

    /// <summary>What it should be.</summary>
    [Id(5)] public required DesiredState Desired { get; init; }

    /// <summary>Why it is so, when there is something to say.</summary>
    [Id(6)] public string? Reason { get; init; }

    /// <summary>The highest number given to a VMM of it.</summary>
    [Id(7)] public required long Incarnation { get; init; }

    /// <summary>Where its VMM is.</summary>
    [Id(8)] public SledId? Sled { get; init; }

    /// <summary>What its VMM was last heard to do.</summary>
    [Id(9)] public VmmState? Vmm { get; init; }

    /// <summary>Where its propolis-server listens, <c>ip:port</c>.</summary>
    [Id(10)] public string? ServerAddress { get; init; }

    /// <summary>Processors.</summary>
    [Id(11)] public required int Cpus { get; init; }

    /// <summary>Memory in MiB.</summary>
    [Id(12)] public required long MemoryMb { get; init; }

    /// <summary>Its volumes.</summary>
    [Id(13)] public required EquatableList<VolumeAttachment> Volumes { get; init; }

    /// <summary>When it was made.</summary>
    [Id(14)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when it is what it is.</summary>
    [Id(15)] public required DateTimeOffset PhaseSince { get; init; }

    /// <summary>When the present step is overdue.</summary>
    [Id(16)] public DateTimeOffset? Deadline { get; init; }

    /// <summary>Counts its writes.</summary>
    [Id(17)] public required long Version { get; init; }

    /// <summary>The migration that moves it.</summary>
    [Id(21)] public MigrationId? Migration { get; init; }

    /// <summary>Where the migration's target is.</summary>
    [Id(22)] public SledId? TargetSled { get; init; }

    /// <summary>The number of its VMM; lower than <see cref="Incarnation"/> while a migration makes ready another.</summary>
    [Id(23)] public long? VmmIncarnation { get; init; }

    /// <summary>The number of the VMM that started its guest; lower than <see cref="VmmIncarnation"/> when the guest came by live migration.</summary>
    [Id(24)] public long? GuestSince { get; init; }

    /// <summary>When it starts again by itself.</summary>
    [Id(18)] public RestartPolicy? Restart { get; init; }

    /// <summary>What happens when its sled is silent.</summary>
    [Id(19)] public SledLossPolicy SledLoss { get; init; }

    /// <summary>What it starts with; the sled's own firmware when absent.</summary>
    [Id(20)] public BootSource? Boot { get; init; }
}
