namespace Propolis.Crucible.Wire;

/// <summary>Who asks for which job: the ids in front of every IO and live-repair message.</summary>
public readonly record struct JobIdentity(Guid UpstairsId, Guid SessionId, ulong JobId)
{
    /// <summary>Bytes on the wire.</summary>
    public const int EncodedLength = 24 + 24 + 8;

    internal void Write(FrameBuffer target)
    {
        target.WriteGuid(UpstairsId);
        target.WriteGuid(SessionId);
        target.WriteUInt64(JobId);
    }

    internal static JobIdentity Read(scoped ref FrameReader reader) => new(reader.ReadGuid(), reader.ReadGuid(), reader.ReadUInt64());
}
