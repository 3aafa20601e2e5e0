using Propolis.Agent.Images;

namespace Propolis.Agent.Processes;

/// <summary>How one propolis-server is started.</summary>
sealed record ServerStart
{
    /// <summary>The VMM's folder: working directory, log, and mark in the environment.</summary>
    public required string Folder { get; init; }

    /// <summary>Where it listens.</summary>
    public required int Port { get; init; }

    /// <summary>Where it waits for the source of a migration; 0 when it does not.</summary>
    public int MigrationPort { get; init; }

    /// <summary>Where it asks about the generations of its Crucible disks; null when it has none.</summary>
    public string? Leases { get; init; }

    /// <summary>What its guest starts with, as files.</summary>
    public required BootFiles Boot { get; init; }
}
