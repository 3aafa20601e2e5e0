namespace Propolis.Crucible.Wire;

/// <summary>Makes every write this flush depends on durable, and may take a snapshot of the result.</summary>
public readonly ref struct FlushRequest : IMessage<FlushRequest>
{
    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.Flush;

    /// <summary>Who asks for which job.</summary>
    public JobIdentity Identity { get; init; }

    /// <summary>Jobs that must be done before this one.</summary>
    public ReadOnlySpan<ulong> Dependencies { get; init; }

    /// <summary>The flush number to store in dirty extents.</summary>
    public ulong FlushNumber { get; init; }

    /// <summary>The generation to store in dirty extents.</summary>
    public ulong Generation { get; init; }

    /// <summary>The name of a snapshot to take afterwards, or null.</summary>
    public string? SnapshotName { get; init; }

    /// <summary>The last extent to flush while a live repair is under way, or null for all.</summary>
    public uint? ExtentLimit { get; init; }

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        Identity.Write(target);
        target.WriteNumbers(Dependencies);
        target.WriteUInt64(FlushNumber);
        target.WriteUInt64(Generation);
        target.WriteBool(SnapshotName is not null);
        if (SnapshotName is not null)
            target.WriteString(SnapshotName);
        target.WriteBool(ExtentLimit.HasValue);
        if (ExtentLimit is { } limit)
            target.WriteUInt32(limit);
    }

    /// <inheritdoc/>
    public static FlushRequest Read(MessageKind kind, scoped ref FrameReader reader) => new()
    {
        Identity = JobIdentity.Read(ref reader),
        Dependencies = reader.ReadNumbers(),
        FlushNumber = reader.ReadUInt64(),
        Generation = reader.ReadUInt64(),
        SnapshotName = reader.ReadBool() ? reader.ReadString() : null,
        ExtentLimit = reader.ReadBool() ? reader.ReadUInt32() : null,
    };
}
