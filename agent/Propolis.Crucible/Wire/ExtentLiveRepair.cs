using System.Net;

namespace Propolis.Crucible.Wire;

/// <summary>Live repair tells the broken replica to fetch an extent.</summary>
public readonly ref struct ExtentLiveRepair : IMessage<ExtentLiveRepair>
{
    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.ExtentLiveRepair;

    /// <summary>Who asks for which job.</summary>
    public JobIdentity Identity { get; init; }

    /// <summary>Jobs that must be done before this one.</summary>
    public ReadOnlySpan<ulong> Dependencies { get; init; }

    /// <summary>The extent.</summary>
    public uint ExtentId { get; init; }

    /// <summary>The replica to copy from.</summary>
    public byte SourceClientId { get; init; }

    /// <summary>Its repair HTTP address.</summary>
    public IPEndPoint SourceRepairAddress { get; init; }

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        Identity.Write(target);
        target.WriteNumbers(Dependencies);
        target.WriteUInt32(ExtentId);
        target.WriteByte(SourceClientId);
        target.WriteEndPoint(SourceRepairAddress);
    }

    /// <inheritdoc/>
    public static ExtentLiveRepair Read(MessageKind kind, scoped ref FrameReader reader) => new()
    {
        Identity = JobIdentity.Read(ref reader),
        Dependencies = reader.ReadNumbers(),
        ExtentId = reader.ReadUInt32(),
        SourceClientId = reader.ReadByte(),
        SourceRepairAddress = reader.ReadEndPoint(),
    };
}
