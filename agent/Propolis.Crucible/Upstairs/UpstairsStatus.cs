namespace Propolis.Crucible.Upstairs;

/// <summary>A region set as operators see it, at one moment.</summary>
public sealed record UpstairsStatus
{
    /// <summary>What it is doing as a whole.</summary>
    public required UpstairsState State { get; init; }

    /// <summary>The generation of the current or last activation.</summary>
    public required ulong Generation { get; init; }

    /// <summary>The volume's id.</summary>
    public required Guid UpstairsId { get; init; }

    /// <summary>This run of the upstairs.</summary>
    public required Guid SessionId { get; init; }

    /// <summary>Bytes of a block.</summary>
    public required uint BlockSize { get; init; }

    /// <summary>Whether blocks are encrypted.</summary>
    public required bool Encrypted { get; init; }

    /// <summary>Whether it serves reads only.</summary>
    public required bool ReadOnly { get; init; }

    /// <summary>Its replicas.</summary>
    public required IReadOnlyList<ReplicaStatus> Replicas { get; init; }

    /// <summary>Guest requests that wait because a replica has too much to do.</summary>
    public required int HeldRequests { get; init; }

    /// <summary>Jobs that are kept until a flush covers them.</summary>
    public required int KeptJobs { get; init; }

    /// <summary>Extents that the last reconciliation made equal.</summary>
    public required int Reconciled { get; init; }

    /// <summary>Extents that it had to.</summary>
    public required int ToReconcile { get; init; }

    /// <summary>What an activation still waits for, by name; empty when it waits for nothing.</summary>
    public required string ActivationWait { get; init; }
}
