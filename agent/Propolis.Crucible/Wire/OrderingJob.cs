namespace Propolis.Crucible.Wire;

/// <summary>A job that only orders others: barrier or no-op.</summary>
public readonly ref struct OrderingJob : IMessage<OrderingJob>
{
    /// <summary>Which of the tags that share this shape.</summary>
    public MessageKind Kind { get; init; }

    /// <summary>Who asks for which job.</summary>
    public JobIdentity Identity { get; init; }

    /// <summary>Jobs that must be done before this one.</summary>
    public ReadOnlySpan<ulong> Dependencies { get; init; }

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        Identity.Write(target);
        target.WriteNumbers(Dependencies);
    }

    /// <inheritdoc/>
    public static OrderingJob Read(MessageKind kind, scoped ref FrameReader reader) => new()
    {
        Kind = kind,
        Identity = JobIdentity.Read(ref reader),
        Dependencies = reader.ReadNumbers(),
    };
}
