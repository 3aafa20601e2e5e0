namespace Propolis.Crucible.Wire;

/// <summary>A live-repair job on one extent: close or reopen.</summary>
public readonly ref struct LiveExtentStep : IMessage<LiveExtentStep>
{
    /// <summary>Which of the tags that share this shape.</summary>
    public MessageKind Kind { get; init; }

    /// <summary>Who asks for which job.</summary>
    public JobIdentity Identity { get; init; }

    /// <summary>Jobs that must be done before this one.</summary>
    public ReadOnlySpan<ulong> Dependencies { get; init; }

    /// <summary>The extent.</summary>
    public uint ExtentId { get; init; }

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        Identity.Write(target);
        target.WriteNumbers(Dependencies);
        target.WriteUInt32(ExtentId);
    }

    /// <inheritdoc/>
    public static LiveExtentStep Read(MessageKind kind, scoped ref FrameReader reader) => new()
    {
        Kind = kind,
        Identity = JobIdentity.Read(ref reader),
        Dependencies = reader.ReadNumbers(),
        ExtentId = reader.ReadUInt32(),
    };
}
