namespace Propolis.Crucible.Wire;

/// <summary>Reads consecutive blocks.</summary>
public readonly ref struct ReadRequest : IMessage<ReadRequest>
{
    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.ReadRequest;

    /// <summary>Who asks for which job.</summary>
    public JobIdentity Identity { get; init; }

    /// <summary>Jobs that must be done before this one.</summary>
    public ReadOnlySpan<ulong> Dependencies { get; init; }

    /// <summary>The first block of the region.</summary>
    public ulong Start { get; init; }

    /// <summary>How many blocks.</summary>
    public ulong Count { get; init; }

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        Identity.Write(target);
        target.WriteNumbers(Dependencies);
        target.WriteUInt64(Start);
        target.WriteUInt64(Count);
    }

    /// <inheritdoc/>
    public static ReadRequest Read(MessageKind kind, scoped ref FrameReader reader) => new()
    {
        Identity = JobIdentity.Read(ref reader),
        Dependencies = reader.ReadNumbers(),
        Start = reader.ReadUInt64(),
        Count = reader.ReadUInt64(),
    };
}
