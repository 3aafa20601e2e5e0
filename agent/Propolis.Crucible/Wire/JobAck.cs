namespace Propolis.Crucible.Wire;

/// <summary>The result of a job that answers with nothing else.</summary>
/// <param name="Kind">Which of the tags that share this shape.</param>
/// <param name="Identity">Who asks for which job.</param>
/// <param name="Error">Why it failed, or null.</param>
public readonly record struct JobAck(MessageKind Kind, JobIdentity Identity, CrucibleError? Error) : IMessage<JobAck>
{
    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        Identity.Write(target);
        CrucibleError.WriteResult(target, Error);
    }

    /// <inheritdoc/>
    public static JobAck Read(MessageKind kind, scoped ref FrameReader reader) =>
        new(kind, JobIdentity.Read(ref reader), CrucibleError.ReadResult(ref reader));
}
