using System.Net;

namespace Propolis.Crucible.Wire;

/// <summary>Reconciliation tells a replica to fetch an extent from another.</summary>
public readonly ref struct ExtentRepair : IMessage<ExtentRepair>
{
    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.ExtentRepair;

    /// <summary>Number of the reconciliation step.</summary>
    public ulong RepairId { get; init; }

    /// <summary>The extent.</summary>
    public uint ExtentId { get; init; }

    /// <summary>The replica to copy from.</summary>
    public byte SourceClientId { get; init; }

    /// <summary>Its repair HTTP address.</summary>
    public IPEndPoint SourceRepairAddress { get; init; }

    /// <summary>Replica numbers that fetch, one byte each.</summary>
    public ReadOnlySpan<byte> Destinations { get; init; }

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        target.WriteUInt64(RepairId);
        target.WriteUInt32(ExtentId);
        target.WriteByte(SourceClientId);
        target.WriteEndPoint(SourceRepairAddress);
        target.WriteBytes(Destinations);
    }

    /// <inheritdoc/>
    public static ExtentRepair Read(MessageKind kind, scoped ref FrameReader reader) => new()
    {
        RepairId = reader.ReadUInt64(),
        ExtentId = reader.ReadUInt32(),
        SourceClientId = reader.ReadByte(),
        SourceRepairAddress = reader.ReadEndPoint(),
        Destinations = reader.ReadBytes(),
    };
}
