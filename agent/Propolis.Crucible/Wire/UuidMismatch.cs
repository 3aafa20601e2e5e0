namespace Propolis.Crucible.Wire;

/// <summary>A message named another upstairs or session.</summary>
/// <param name="Expected">The id that would be right.</param>
public readonly record struct UuidMismatch(Guid Expected) : IMessage<UuidMismatch>
{
    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.UuidMismatch;

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target) => target.WriteGuid(Expected);

    /// <inheritdoc/>
    public static UuidMismatch Read(MessageKind kind, scoped ref FrameReader reader) => new(reader.ReadGuid());
}
