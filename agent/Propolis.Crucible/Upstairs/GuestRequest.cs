using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Upstairs;

/// <summary>What a guest asks for.</summary>
public enum GuestRequestKind
{
    /// <summary>Read blocks.</summary>
    Read,

    /// <summary>Write blocks.</summary>
    Write,

    /// <summary>Write those blocks that were never written.</summary>
    WriteUnwritten,

    /// <summary>Make acknowledged writes durable.</summary>
    Flush,
}

/// <summary>
/// One request of a guest in whole blocks, completed once through <see cref="IUpstairsOutput.Complete"/>. The buffer of a
/// write may be used again after completion, that of a read is filled before.
/// </summary>
public sealed class GuestRequest
{
    /// <summary>What is asked for.</summary>
    public required GuestRequestKind Kind { get; init; }

    /// <summary>The first block.</summary>
    public ulong Start { get; init; }

    /// <summary>Data to write, or room to read into: whole blocks.</summary>
    public Memory<byte> Buffer { get; init; }

    /// <summary>Set per block of a read to whether it was ever written; may be empty.</summary>
    public Memory<bool> Owned { get; init; }

    /// <summary>A snapshot to take with a flush.</summary>
    public string? SnapshotName { get; init; }

    /// <summary>The caller's own.</summary>
    public object? Tag { get; init; }

    /// <summary>
    /// A write's sealed blocks, if its caller sealed them beforehand on another thread; otherwise the core does.
    /// </summary>
    public IReadOnlyList<SealedWrite>? Sealed { get; init; }

    internal int UnfinishedParts { get; set; }

    internal CrucibleError? Error { get; set; }

    internal bool Completed { get; set; }

    internal bool IsWrite => Kind is GuestRequestKind.Write or GuestRequestKind.WriteUnwritten;
}
