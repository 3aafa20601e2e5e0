namespace Propolis.Crucible.Wire;

/// <summary>
/// Writes consecutive blocks, or those of them never written. The contexts stay encoded, one per block; walk them with
/// <see cref="BlockContext.TryTake"/>, which cannot fail after a successful decode.
/// </summary>
public readonly ref struct WriteRequest : IMessage<WriteRequest>
{
    /// <summary>Bytes of a frame without dependencies, contexts and data.</summary>
    public const int FixedLength = Protocol.MinFrameLength + JobIdentity.EncodedLength + (4 * 8);

    /// <summary><see cref="MessageKind.Write"/> or <see cref="MessageKind.WriteUnwritten"/>.</summary>
    public MessageKind Kind { get; init; }

    /// <summary>Who asks for which job.</summary>
    public JobIdentity Identity { get; init; }

    /// <summary>Jobs that must be done before this one.</summary>
    public ReadOnlySpan<ulong> Dependencies { get; init; }

    /// <summary>The first block of the region.</summary>
    public ulong Start { get; init; }

    /// <summary>How many contexts follow: the blocks the writer means.</summary>
    public ulong ContextCount { get; init; }

    /// <summary>The contexts, encoded.</summary>
    public ReadOnlySpan<byte> Contexts { get; init; }

    /// <summary>The data of all blocks.</summary>
    public ReadOnlySpan<byte> Data { get; init; }

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        Identity.Write(target);
        target.WriteNumbers(Dependencies);
        target.WriteUInt64(Start);
        target.WriteUInt64(ContextCount);
        target.WriteRaw(Contexts);
        target.WriteBytes(Data);
    }

    /// <inheritdoc/>
    public static WriteRequest Read(MessageKind kind, scoped ref FrameReader reader)
    {
        var identity = JobIdentity.Read(ref reader);
        var dependencies = reader.ReadNumbers();
        var start = reader.ReadUInt64();
        var count = reader.ReadUInt64();
        return new WriteRequest
        {
            Kind = kind,
            Identity = identity,
            Dependencies = dependencies,
            Start = start,
            ContextCount = count,
            Contexts = ReadContexts(count, ref reader),
            Data = reader.ReadBulk(),
        };
    }

    static ReadOnlySpan<byte> ReadContexts(ulong count, scoped ref FrameReader reader)
    {
        var rest = reader.Rest;
        for (ulong i = 0; i < count; i++)
        {
            if (BlockContext.TryTake(ref rest, out _))
                continue;
            reader.Fail();
            return [];
        }

        return reader.ReadRaw(reader.Rest.Length - rest.Length);
    }
}
