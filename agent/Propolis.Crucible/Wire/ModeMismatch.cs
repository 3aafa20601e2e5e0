namespace Propolis.Crucible.Wire;

/// <summary>The downstairs runs in another mode.</summary>
/// <param name="Kind">Which of the tags that share this shape.</param>
/// <param name="Expected">The mode it runs in.</param>
public readonly record struct ModeMismatch(MessageKind Kind, bool Expected) : IMessage<ModeMismatch>
{
    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target) => target.WriteBool(Expected);

    /// <inheritdoc/>
    public static ModeMismatch Read(MessageKind kind, scoped ref FrameReader reader) => new(kind, reader.ReadBool());
}
