namespace Propolis.Crucible.Wire;

/// <summary>A session and its generation: asked for, granted, or taken over by.</summary>
/// <param name="Kind">Which of the tags that share this shape.</param>
/// <param name="UpstairsId">The volume.</param>
/// <param name="SessionId">The session.</param>
/// <param name="Generation">Its generation.</param>
public readonly record struct Promotion(MessageKind Kind, Guid UpstairsId, Guid SessionId, ulong Generation) : IMessage<Promotion>
{
    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        target.WriteGuid(UpstairsId);
        target.WriteGuid(SessionId);
        target.WriteUInt64(Generation);
    }

    /// <inheritdoc/>
    public static Promotion Read(MessageKind kind, scoped ref FrameReader reader) => new(kind, reader.ReadGuid(), reader.ReadGuid(), reader.ReadUInt64());
}
