using System.Net;

namespace Propolis.Crucible.Upstairs;

/// <summary>One region set as an upstairs opens it. Times and limits default to the original's.</summary>
public sealed record UpstairsOptions
{
    /// <summary>The volume's id.</summary>
    public required Guid UpstairsId { get; init; }

    /// <summary>This run of the upstairs: a fresh random id, kept over reconnects.</summary>
    public required Guid SessionId { get; init; }

    /// <summary>Data addresses: three, or one to three for a read-only set.</summary>
    public required IReadOnlyList<IPEndPoint> Targets { get; init; }

    /// <summary>Bytes of a block, blocks of an extent and extents that every replica must have.</summary>
    public required uint BlockSize { get; init; }

    /// <inheritdoc cref="BlockSize"/>
    public required ulong BlocksPerExtent { get; init; }

    /// <inheritdoc cref="BlockSize"/>
    public required uint ExtentCount { get; init; }

    /// <summary>Serve reads only; one replica is then enough.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Whether blocks are encrypted.</summary>
    public bool Encrypted { get; init; }

    /// <summary>
    /// Acknowledge a write only after two replicas have it, instead of at once. It still needs a flush to be durable.
    /// </summary>
    public bool Sync { get; init; }

    /// <summary>Idle time after which something unflushed is flushed.</summary>
    public TimeSpan FlushTimeout { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Wait between two attempts to reach a replica.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a replica is asked whether it is there.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A replica that says nothing for this long is disconnected.</summary>
    public TimeSpan InactivityLimit { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>
    /// A replica that finishes none of its jobs for this long, or holds the guest up for this long by having half of
    /// <see cref="MaxJobs"/> or <see cref="MaxBytes"/> to do, while the two others keep up, is faulted and repaired later. The
    /// original waits for it, which lets one slow disk stop the guest.
    /// </summary>
    public TimeSpan StallLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Unfinished jobs of a replica above which guest requests wait.</summary>
    public int MaxJobs { get; init; } = 1500;

    /// <summary>Unfinished bytes of a replica above which guest requests wait.</summary>
    public long MaxBytes { get; init; } = 75L * 1024 * 1024;

    /// <summary>Unfinished jobs above which a replica that is away is given up.</summary>
    public int MaxOfflineJobs { get; init; } = 1000;

    /// <summary>Unfinished bytes above which a replica that is away is given up.</summary>
    public long MaxOfflineBytes { get; init; } = 50L * 1024 * 1024;

    /// <summary>Jobs since the last flush above which one is sent, so that finished jobs can be forgotten.</summary>
    public int MaxUnflushedJobs { get; init; } = 10000;

    /// <summary>Bytes since the last flush above which one is sent.</summary>
    public long MaxUnflushedBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>
    /// Bytes from which a read is asked of one replica, instead of all of them at once: moving them costs more than waiting. Each replica holds
    /// everything that was acknowledged, and the blocks are checked against their contexts as ever.
    /// </summary>
    public int SingleReadBytes { get; init; } = 64 * 1024;

    /// <summary>How long the one has to answer until the others are asked, too. They are asked at once when it fails.</summary>
    public TimeSpan SingleReadLimit { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Blocks of the whole set.</summary>
    public ulong BlockCount => BlocksPerExtent * ExtentCount;

    /// <summary>Why this cannot be opened, as one sentence, or null.</summary>
    public string? Check()
    {
        var geometry = new Wire.RegionDefinition(BlockSize, BlocksPerExtent, ExtentCount, Guid.Empty, Encrypted);
        if (!ReadOnly && Targets.Count != Wire.Protocol.ReplicaCount)
            return $"a read-write region set needs {Wire.Protocol.ReplicaCount} targets, not {Targets.Count}";
        if (Targets.Count is 0 or > Wire.Protocol.ReplicaCount)
            return $"a region set has one to {Wire.Protocol.ReplicaCount} targets, not {Targets.Count}";
        return Targets.Distinct().Count() != Targets.Count ? "two targets are the same" : geometry.Check();
    }
}
