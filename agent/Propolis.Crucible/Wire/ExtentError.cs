namespace Propolis.Crucible.Wire;

/// <summary>A reconciliation step failed.</summary>
/// <param name="RepairId">Number of the reconciliation step.</param>
/// <param name="ExtentId">The extent.</param>
/// <param name="Error">Why.</param>
public readonly record struct ExtentError(ulong RepairId, uint ExtentId, CrucibleError Error) : IMessage<ExtentError>
{
    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.ExtentError;

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        target.WriteUInt64(RepairId);
        target.WriteUInt32(ExtentId);
        Error.Write(target);
    }

    /// <inheritdoc/>
    public static ExtentError Read(MessageKind kind, scoped ref FrameReader reader) =>
        new(reader.ReadUInt64(), reader.ReadUInt32(), CrucibleError.Read(ref reader));
}
