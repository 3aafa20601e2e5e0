namespace Propolis.Crucible.Wire;

/// <summary>Live repair makes an extent of a healthy replica durable and closes it.</summary>
public readonly ref struct ExtentLiveFlushClose : IMessage<ExtentLiveFlushClose>
{
    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.ExtentLiveFlushClose;

    /// <summary>Who asks for which job.</summary>
    public JobIdentity Identity { get; init; }

    /// <summary>Jobs that must be done before this one.</summary>
    public ReadOnlySpan<ulong> Dependencies { get; init; }

    /// <summary>The extent.</summary>
    public uint ExtentId { get; init; }

    /// <summary>The flush number to store.</summary>
    public ulong FlushNumber { get; init; }

    /// <summary>The generation to store.</summary>
    public ulong Generation { get; init; }

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        Identity.Write(target);
        target.WriteNumbers(Dependencies);
        target.WriteUInt32(ExtentId);
        target.WriteUInt64(FlushNumber);
        target.WriteUInt64(Generation);
    }

    /// <inheritdoc/>
    public static ExtentLiveFlushClose Read(MessageKind kind, scoped ref FrameReader reader) => new()
    {
        Identity = JobIdentity.Read(ref reader),
        Dependencies = reader.ReadNumbers(),
        ExtentId = reader.ReadUInt32(),
        FlushNumber = reader.ReadUInt64(),
        Generation = reader.ReadUInt64(),
    };
}
