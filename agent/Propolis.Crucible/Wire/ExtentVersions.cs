namespace Propolis.Crucible.Wire;

/// <summary>Generation, flush number and dirty bit of every extent of a replica, as three lists of equal length.</summary>
public readonly ref struct ExtentVersions : IMessage<ExtentVersions>
{
    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.ExtentVersions;

    /// <summary>Generations.</summary>
    public ReadOnlySpan<ulong> Generations { get; init; }

    /// <summary>Flush numbers.</summary>
    public ReadOnlySpan<ulong> FlushNumbers { get; init; }

    /// <summary>Dirty bits, one byte 0 or 1 each.</summary>
    public ReadOnlySpan<byte> DirtyBits { get; init; }

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        target.WriteNumbers(Generations);
        target.WriteNumbers(FlushNumbers);
        target.WriteBytes(DirtyBits);
    }

    /// <inheritdoc/>
    public static ExtentVersions Read(MessageKind kind, scoped ref FrameReader reader)
    {
        var versions = new ExtentVersions
        {
            Generations = reader.ReadNumbers(),
            FlushNumbers = reader.ReadNumbers(),
            DirtyBits = reader.ReadBytes(),
        };
        if (versions.DirtyBits.ContainsAnyExceptInRange((byte)0, (byte)1))
            reader.Fail();
        return versions;
    }
}
