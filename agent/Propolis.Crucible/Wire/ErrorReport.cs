namespace Propolis.Crucible.Wire;

/// <summary>A job failed at a downstairs.</summary>
/// <param name="Identity">Who asks for which job.</param>
/// <param name="Error">Why.</param>
public readonly record struct ErrorReport(JobIdentity Identity, CrucibleError Error) : IMessage<ErrorReport>
{
    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.ErrorReport;

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        Identity.Write(target);
        Error.Write(target);
    }

    /// <inheritdoc/>
    public static ErrorReport Read(MessageKind kind, scoped ref FrameReader reader) => new(JobIdentity.Read(ref reader), CrucibleError.Read(ref reader));
}
