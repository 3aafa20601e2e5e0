namespace Propolis.Crucible.Wire;

/// <summary>A reconciliation step on one extent: close or reopen.</summary>
/// <param name="Kind">Which of the tags that share this shape.</param>
/// <param name="RepairId">Number of the reconciliation step.</param>
/// <param name="ExtentId">The extent.</param>
public readonly record struct ExtentStep(MessageKind Kind, ulong RepairId, uint ExtentId) : IMessage<ExtentStep>
{
    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        target.WriteUInt64(RepairId);
        target.WriteUInt32(ExtentId);
    }

    /// <inheritdoc/>
    public static ExtentStep Read(MessageKind kind, scoped ref FrameReader reader) => new(kind, reader.ReadUInt64(), reader.ReadUInt32());
}
