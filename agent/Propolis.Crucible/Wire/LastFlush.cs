namespace Propolis.Crucible.Wire;

/// <summary>An upstairs that comes back names the last flush this replica acknowledged to it.</summary>
/// <param name="JobId">That flush's job id, or null when there was none.</param>
public readonly record struct LastFlush(ulong? JobId) : IMessage<LastFlush>
{
    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.LastFlush;

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        target.WriteBool(JobId.HasValue);
        if (JobId is { } jobId)
            target.WriteUInt64(jobId);
    }

    /// <inheritdoc/>
    public static LastFlush Read(MessageKind kind, scoped ref FrameReader reader) => new(reader.ReadBool() ? reader.ReadUInt64() : null);
}
