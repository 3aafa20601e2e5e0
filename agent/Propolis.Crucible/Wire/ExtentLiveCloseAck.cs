namespace Propolis.Crucible.Wire;

/// <summary>An extent is closed for live repair; says what it holds, or why it could not be closed.</summary>
/// <param name="Identity">Who asked for which job.</param>
/// <param name="Version">What the extent holds; means nothing after an error.</param>
/// <param name="Error">Why it failed, or null.</param>
public readonly record struct ExtentLiveCloseAck(JobIdentity Identity, ExtentVersion Version, CrucibleError? Error) : IMessage<ExtentLiveCloseAck>
{
    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.ExtentLiveCloseAck;

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        Identity.Write(target);
        CrucibleError.WriteResult(target, Error);
        if (Error is not null)
            return;
        target.WriteUInt64(Version.Generation);
        target.WriteUInt64(Version.FlushNumber);
        target.WriteBool(Version.Dirty);
    }

    /// <inheritdoc/>
    public static ExtentLiveCloseAck Read(MessageKind kind, scoped ref FrameReader reader)
    {
        var identity = JobIdentity.Read(ref reader);
        var error = CrucibleError.ReadResult(ref reader);
        return new(identity, error is null ? new(reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadBool()) : default, error);
    }
}
