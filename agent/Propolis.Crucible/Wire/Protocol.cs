namespace Propolis.Crucible.Wire;

/// <summary>Numbers of the protocol that both sides share.</summary>
public static class Protocol
{
    /// <summary>The version spoken here.</summary>
    public const uint Version = 13;

    /// <summary>Replicas of a read-write region.</summary>
    public const int ReplicaCount = 3;

    /// <summary>The longest frame, its own length field included.</summary>
    public const int MaxFrameLength = 100 * 1024 * 1024;

    /// <summary>Bytes of the length field in front of every frame.</summary>
    public const int LengthSize = 4;

    /// <summary>The shortest frame that can hold a message: length and tag.</summary>
    public const int MinFrameLength = LengthSize + 4;

    /// <summary>The repair port is the data port plus this.</summary>
    public const int RepairPortOffset = 4000;

    /// <summary>The first job id of a session, as the original chooses it.</summary>
    public const ulong FirstJobId = 1000;

    /// <summary>Why a frame length cannot be accepted, or null when it can.</summary>
    public static string? CheckFrameLength(uint length) => length switch
    {
        < MinFrameLength => $"a frame of {length} bytes is too short to hold a message; {MinFrameLength} is the least",
        > MaxFrameLength => $"a frame of {length} bytes is longer than the limit of {MaxFrameLength}",
        _ => null,
    };

    /// <summary>The most blocks an encrypted write with <paramref name="dependencies"/> dependencies can carry in one frame.</summary>
    public static long MaxWriteBlocks(int blockSize, int dependencies) =>
        (MaxFrameLength - WriteRequest.FixedLength - (8L * dependencies)) / (blockSize + BlockContext.EncryptedLength);
}
