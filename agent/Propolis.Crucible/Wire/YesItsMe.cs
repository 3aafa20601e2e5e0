using System.Net;

namespace Propolis.Crucible.Wire;

/// <summary>The downstairs accepts the version.</summary>
/// <param name="Version">Its version.</param>
/// <param name="RepairAddress">Where its repair HTTP server listens.</param>
public readonly record struct YesItsMe(uint Version, IPEndPoint RepairAddress) : IMessage<YesItsMe>
{
    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.YesItsMe;

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        target.WriteUInt32(Version);
        target.WriteEndPoint(RepairAddress);
    }

    /// <inheritdoc/>
    public static YesItsMe Read(MessageKind kind, scoped ref FrameReader reader) => new(reader.ReadUInt32(), reader.ReadEndPoint());
}
