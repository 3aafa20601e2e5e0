namespace Propolis.Crucible.Wire;

/// <summary>A reconciliation step is done.</summary>
/// <param name="RepairId">Number of the reconciliation step.</param>
public readonly record struct RepairAckId(ulong RepairId) : IMessage<RepairAckId>
{
    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.RepairAckId;

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target) => target.WriteUInt64(RepairId);

    /// <inheritdoc/>
    public static RepairAckId Read(MessageKind kind, scoped ref FrameReader reader) => new(reader.ReadUInt64());
}
