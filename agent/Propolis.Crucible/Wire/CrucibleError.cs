namespace Propolis.Crucible.Wire;

/// <summary>An error as it travels and as a volume reports it. Only the fields its kind carries are set.</summary>
/// <param name="Kind">What went wrong.</param>
public sealed record CrucibleError(CrucibleErrorKind Kind)
{
    /// <summary>The text of the kinds that carry one.</summary>
    public string Text { get; init; } = "";

    /// <summary>The block of <see cref="CrucibleErrorKind.MissingContextSlot"/>.</summary>
    public ulong Block { get; init; }

    /// <summary>The extent of <see cref="CrucibleErrorKind.MissingContextSlot"/>.</summary>
    public uint Extent { get; init; }

    /// <summary>The reason of <see cref="CrucibleErrorKind.NegotiationError"/>.</summary>
    public NegotiationErrorKind Negotiation { get; init; }

    /// <summary>The number or flag asked for, of the negotiation errors that carry two.</summary>
    public ulong Expected { get; init; }

    /// <summary>The number or flag found.</summary>
    public ulong Actual { get; init; }

    /// <summary>The id asked for, of the negotiation errors that carry two.</summary>
    public Guid ExpectedId { get; init; }

    /// <summary>The id found.</summary>
    public Guid ActualId { get; init; }

    bool HasText => Kind switch
    {
        CrucibleErrorKind.GenericError or CrucibleErrorKind.IoError or CrucibleErrorKind.Unsupported or CrucibleErrorKind.RwLockError
            or CrucibleErrorKind.SendError or CrucibleErrorKind.InvalidNumberOfBlocks or CrucibleErrorKind.EncryptionError
            or CrucibleErrorKind.CannotServeBlocks or CrucibleErrorKind.CannotReceiveBlocks or CrucibleErrorKind.SnapshotFailed
            or CrucibleErrorKind.RepairRequestError or CrucibleErrorKind.RepairFilesInvalid or CrucibleErrorKind.RepairStreamError
            or CrucibleErrorKind.PropertyNotAvailable or CrucibleErrorKind.ReplaceRequestInvalid or CrucibleErrorKind.BadMetadata
            or CrucibleErrorKind.BadContextSlot or CrucibleErrorKind.RegionIncompatible => true,
        _ => false,
    };

    /// <summary>An error with a text.</summary>
    public static CrucibleError Of(CrucibleErrorKind kind, string text = "") => new(kind) { Text = text };

    /// <summary>The refusal of a generation that a replica has already gone past.</summary>
    public static CrucibleError GenerationTooLow(ulong requested, ulong needed) => new(CrucibleErrorKind.NegotiationError)
    {
        Negotiation = NegotiationErrorKind.GenerationNumberTooLow,
        Expected = requested,
        Actual = needed,
    };

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        CrucibleErrorKind.MissingContextSlot => $"{Kind}: block {Block} of extent {Extent} fits none of its contexts",
        CrucibleErrorKind.NegotiationError => Negotiation switch
        {
            NegotiationErrorKind.GenerationNumberTooLow => $"generation {Expected} is too low: the replicas need at least {Actual}",
            NegotiationErrorKind.OutOfOrder or NegotiationErrorKind.GenerationZeroIsIllegal => $"{Negotiation}",
            NegotiationErrorKind.UpstairsIdMismatch or NegotiationErrorKind.SessionIdMismatch =>
                $"{Negotiation}: expected {ExpectedId}, found {ActualId}",
            _ => $"{Negotiation}: expected {Expected}, found {Actual}",
        },
        _ when Text.Length > 0 => $"{Kind}: {Text}",
        _ => $"{Kind}",
    };

    internal void Write(FrameBuffer target)
    {
        target.WriteUInt32((uint)Kind);
        if (HasText)
            target.WriteString(Text);
        else if (Kind == CrucibleErrorKind.MissingContextSlot)
            WriteSlot(target);
        else if (Kind == CrucibleErrorKind.NegotiationError)
            WriteNegotiation(target);
    }

    internal static CrucibleError Read(scoped ref FrameReader reader)
    {
        var error = new CrucibleError((CrucibleErrorKind)reader.ReadUInt32());
        if (error.Kind > CrucibleErrorKind.NegotiationError)
            reader.Fail();
        if (error.HasText)
            return error with { Text = reader.ReadString() };
        return error.Kind switch
        {
            CrucibleErrorKind.MissingContextSlot => error with { Block = reader.ReadUInt64(), Extent = reader.ReadUInt32() },
            CrucibleErrorKind.NegotiationError => ReadNegotiation(ref reader),
            _ => error,
        };
    }

    internal static void WriteResult(FrameBuffer target, CrucibleError? error)
    {
        target.WriteUInt32(error is null ? 0u : 1u);
        error?.Write(target);
    }

    internal static CrucibleError? ReadResult(scoped ref FrameReader reader)
    {
        var tag = reader.ReadUInt32();
        if (tag > 1)
            reader.Fail();
        return tag == 1 ? Read(ref reader) : null;
    }

    void WriteSlot(FrameBuffer target)
    {
        target.WriteUInt64(Block);
        target.WriteUInt32(Extent);
    }

    void WriteNegotiation(FrameBuffer target)
    {
        target.WriteUInt32((uint)Negotiation);
        switch (Negotiation)
        {
            case NegotiationErrorKind.GenerationNumberTooLow:
                target.WriteUInt64(Expected);
                target.WriteUInt64(Actual);
                break;
            case NegotiationErrorKind.IncompatibleVersion:
                target.WriteUInt32((uint)Expected);
                target.WriteUInt32((uint)Actual);
                break;
            case NegotiationErrorKind.EncryptionMismatch or NegotiationErrorKind.ReadOnlyMismatch:
                target.WriteBool(Expected != 0);
                target.WriteBool(Actual != 0);
                break;
            case NegotiationErrorKind.UpstairsIdMismatch or NegotiationErrorKind.SessionIdMismatch:
                target.WriteGuid(ExpectedId);
                target.WriteGuid(ActualId);
                break;
        }
    }

    static CrucibleError ReadNegotiation(scoped ref FrameReader reader)
    {
        var kind = (NegotiationErrorKind)reader.ReadUInt32();
        if (kind > NegotiationErrorKind.SessionIdMismatch)
            reader.Fail();
        var error = new CrucibleError(CrucibleErrorKind.NegotiationError) { Negotiation = kind };
        return kind switch
        {
            NegotiationErrorKind.GenerationNumberTooLow => error with { Expected = reader.ReadUInt64(), Actual = reader.ReadUInt64() },
            NegotiationErrorKind.IncompatibleVersion => error with { Expected = reader.ReadUInt32(), Actual = reader.ReadUInt32() },
            NegotiationErrorKind.EncryptionMismatch or NegotiationErrorKind.ReadOnlyMismatch =>
                error with { Expected = reader.ReadByte(), Actual = reader.ReadByte() },
            NegotiationErrorKind.UpstairsIdMismatch or NegotiationErrorKind.SessionIdMismatch =>
                error with { ExpectedId = reader.ReadGuid(), ActualId = reader.ReadGuid() },
            _ => error,
        };
    }
}
