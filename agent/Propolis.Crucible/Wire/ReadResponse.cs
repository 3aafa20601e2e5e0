namespace Propolis.Crucible.Wire;

/// <summary>
/// The blocks of a <see cref="ReadRequest"/>. The contexts stay encoded, one per block; walk them with
/// <see cref="ReadBlockContext.TryTake"/>, which cannot fail after a successful decode.
/// </summary>
public readonly ref struct ReadResponse : IMessage<ReadResponse>
{
    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.ReadResponse;

    /// <summary>Who asked for which job.</summary>
    public JobIdentity Identity { get; init; }

    /// <summary>Why the read failed, or null.</summary>
    public CrucibleError? Error { get; init; }

    /// <summary>How many contexts follow, one per block.</summary>
    public ulong ContextCount { get; init; }

    /// <summary>The contexts, encoded.</summary>
    public ReadOnlySpan<byte> Contexts { get; init; }

    /// <summary>The data of all blocks; nothing after an error.</summary>
    public ReadOnlySpan<byte> Data { get; init; }

    /// <summary>Bytes of data that whoever encodes it puts behind it; see <see cref="FrameBuffer.Append{TMessage}(in TMessage, int)"/>.</summary>
    public int Room { get; init; }

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        Identity.Write(target);
        CrucibleError.WriteResult(target, Error);
        if (Error is null)
        {
            target.WriteUInt64(ContextCount);
            target.WriteRaw(Contexts);
        }

        target.WriteUInt64((ulong)(Data.Length + Room));
        target.WriteRaw(Data);
    }

    /// <inheritdoc/>
    public static ReadResponse Read(MessageKind kind, scoped ref FrameReader reader)
    {
        var identity = JobIdentity.Read(ref reader);
        var error = CrucibleError.ReadResult(ref reader);
        var count = error is null ? reader.ReadUInt64() : 0;
        return new ReadResponse
        {
            Identity = identity,
            Error = error,
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
            if (ReadBlockContext.TryTake(ref rest, out _))
                continue;
            reader.Fail();
            return [];
        }

        return reader.ReadRaw(reader.Rest.Length - rest.Length);
    }
}
