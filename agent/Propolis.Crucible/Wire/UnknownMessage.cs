namespace Propolis.Crucible.Wire;

/// <summary>The reserved last tag; never sent.</summary>
public readonly ref struct UnknownMessage : IMessage<UnknownMessage>
{
    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.Unknown;

    /// <summary>A tag.</summary>
    public uint Tag { get; init; }

    /// <summary>Bytes.</summary>
    public ReadOnlySpan<byte> Body { get; init; }

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        target.WriteUInt32(Tag);
        target.WriteBytes(Body);
    }

    /// <inheritdoc/>
    public static UnknownMessage Read(MessageKind kind, scoped ref FrameReader reader) => new()
    {
        Tag = reader.ReadUInt32(),
        Body = reader.ReadBytes(),
    };
}
