using Propolis.Contracts.Projects;

namespace Propolis.Silo.Hosting;

/// <summary>Times and limits of the control plane; the defaults are what a cluster runs with.</summary>
public sealed record ClusterOptions
{
    /// <summary>A call between grains that takes longer has failed; its outcome is unknown.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A settled grain is forgotten after so long without a call.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A sled that was silent so long is unreachable: two heartbeats were missed.</summary>
    public TimeSpan SledSilence { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>How often a guest's own server is asked while its sled is unreachable.</summary>
    public TimeSpan ServerTick { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a sled's silence is looked at.</summary>
    public TimeSpan SledTick { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a running instance looks at its sled without being asked.</summary>
    public TimeSpan InstanceTick { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How soon a step that could not be done is tried again.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How soon a place is looked for again where there was none.</summary>
    public TimeSpan PlacementRetry { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Reserving, checking out and handing a VMM to its agent take no longer each.</summary>
    public TimeSpan HandoverLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A VMM that does not run after so long has failed.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A guest that does not stop in so long is ended.</summary>
    public TimeSpan StopLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A reboot that could not be handed over in so long is given up.</summary>
    public TimeSpan RebootLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A deleted instance can be asked for so long; then its record goes, and its events stay.</summary>
    public TimeSpan KeepDeleted { get; init; } = TimeSpan.FromDays(7);

    /// <summary>What a project may have unless an operator says otherwise.</summary>
    public ProjectQuota DefaultQuota { get; init; } = new() { Instances = 1000, Cpus = 4000, MemoryMb = 8L * 1024 * 1024 };

    /// <summary>Migrations from and to one sled at once.</summary>
    public int MigrationsPerSled { get; init; } = 2;

    /// <summary>Migrations at once.</summary>
    public int MigrationsPerCluster { get; init; } = 8;
}
