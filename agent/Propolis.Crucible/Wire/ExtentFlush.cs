namespace Propolis.Crucible.Wire;

/// <summary>Reconciliation makes the source of an extent durable before it is copied.</summary>
/// <param name="RepairId">Number of the reconciliation step.</param>
/// <param name="ExtentId">The extent.</param>
/// <param name="ClientId">The source replica, 0 to 2.</param>
/// <param name="FlushNumber">The flush number to store.</param>
/// <param name="Generation">The generation to store.</param>
public readonly record struct ExtentFlush(ulong RepairId, uint ExtentId, byte ClientId, ulong FlushNumber, ulong Generation) : IMessage<ExtentFlush>
{
    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.ExtentFlush;

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        target.WriteUInt64(RepairId);
        target.WriteUInt32(ExtentId);
        target.WriteByte(ClientId);
        target.WriteUInt64(FlushNumber);
        target.WriteUInt64(Generation);
    }

    /// <inheritdoc/>
    public static ExtentFlush Read(MessageKind kind, scoped ref FrameReader reader) =>
        new(reader.ReadUInt64(), reader.ReadUInt32(), reader.ReadByte(), reader.ReadUInt64(), reader.ReadUInt64());
}
