namespace Propolis.Crucible.Wire;

/// <summary>The upstairs introduces itself. The generation here only informs; <see cref="Promotion"/> decides.</summary>
public readonly ref struct HereIAm : IMessage<HereIAm>
{
    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.HereIAm;

    /// <summary>The version the sender prefers.</summary>
    public uint Version { get; init; }

    /// <summary>The volume.</summary>
    public Guid UpstairsId { get; init; }

    /// <summary>This one run of an upstairs.</summary>
    public Guid SessionId { get; init; }

    /// <summary>The generation it will ask for.</summary>
    public ulong Generation { get; init; }

    /// <summary>Whether it wants to read only.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Whether it encrypts.</summary>
    public bool Encrypted { get; init; }

    /// <summary>Packed 32-bit numbers of the other versions it could speak.</summary>
    public ReadOnlySpan<uint> AlternateVersions { get; init; }

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        target.WriteUInt32(Version);
        target.WriteGuid(UpstairsId);
        target.WriteGuid(SessionId);
        target.WriteUInt64(Generation);
        target.WriteBool(ReadOnly);
        target.WriteBool(Encrypted);
        target.WriteUInt64((ulong)AlternateVersions.Length);
        foreach (var version in AlternateVersions)
            target.WriteUInt32(version);
    }

    /// <inheritdoc/>
    public static HereIAm Read(MessageKind kind, scoped ref FrameReader reader) => new()
    {
        Version = reader.ReadUInt32(),
        UpstairsId = reader.ReadGuid(),
        SessionId = reader.ReadGuid(),
        Generation = reader.ReadUInt64(),
        ReadOnly = reader.ReadBool(),
        Encrypted = reader.ReadBool(),
        AlternateVersions = ReadVersions(ref reader),
    };

    static ReadOnlySpan<uint> ReadVersions(scoped ref FrameReader reader)
    {
        var count = Math.Min(reader.ReadUInt64(), Protocol.MaxFrameLength);
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(reader.ReadRaw((int)count * 4));
    }
}
