namespace Propolis.Crucible.Wire;

/// <summary>The downstairs speaks another version.</summary>
/// <param name="Version">The one it speaks.</param>
public readonly record struct VersionMismatch(uint Version) : IMessage<VersionMismatch>
{
    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.VersionMismatch;

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target) => target.WriteUInt32(Version);

    /// <inheritdoc/>
    public static VersionMismatch Read(MessageKind kind, scoped ref FrameReader reader) => new(reader.ReadUInt32());
}
