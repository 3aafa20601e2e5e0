namespace Propolis.Crucible.Wire;

/// <summary>
/// The messages of Crucible protocol version 13 by tag. Numbers are part of the wire and never change. "Up" sends the
/// requests, "down" the answers.
/// </summary>
public enum MessageKind : uint
{
    /// <summary>Up: first message of a connection, <see cref="Wire.HereIAm"/>.</summary>
    HereIAm = 0,

    /// <summary>Down: version accepted, <see cref="Wire.YesItsMe"/>.</summary>
    YesItsMe = 1,

    /// <summary>Down: version refused, <see cref="Wire.VersionMismatch"/>; the connection closes.</summary>
    VersionMismatch = 2,

    /// <summary>Down: read-only flag refused, <see cref="ModeMismatch"/>; the connection closes.</summary>
    ReadOnlyMismatch = 3,

    /// <summary>Down: encryption flag refused, <see cref="ModeMismatch"/>; the connection closes.</summary>
    EncryptedMismatch = 4,

    /// <summary>Up: asks to be the one writer, <see cref="Promotion"/>.</summary>
    PromoteToActive = 5,

    /// <summary>Down: granted, <see cref="Promotion"/>.</summary>
    YouAreNowActive = 6,

    /// <summary>Down: another session took over, <see cref="Promotion"/> with that session's ids.</summary>
    YouAreNoLongerActive = 7,

    /// <summary>Down: a message carried another id, <see cref="Wire.UuidMismatch"/>.</summary>
    UuidMismatch = 8,

    /// <summary>Up: are you there; no body.</summary>
    Ruok = 9,

    /// <summary>Down: I am; no body.</summary>
    Imok = 10,

    /// <summary>Up: reconciliation closes an extent, <see cref="ExtentStep"/>.</summary>
    ExtentClose = 11,

    /// <summary>Up: reconciliation opens it again, <see cref="ExtentStep"/>.</summary>
    ExtentReopen = 12,

    /// <summary>Up: reconciliation flushes the source's extent, <see cref="Wire.ExtentFlush"/>.</summary>
    ExtentFlush = 13,

    /// <summary>Up: reconciliation copies an extent, <see cref="Wire.ExtentRepair"/>.</summary>
    ExtentRepair = 14,

    /// <summary>Down: a reconciliation step is done, <see cref="Wire.RepairAckId"/>.</summary>
    RepairAckId = 15,

    /// <summary>Down: a reconciliation step failed, <see cref="Wire.ExtentError"/>.</summary>
    ExtentError = 16,

    /// <summary>Up: live repair closes an extent, <see cref="LiveExtentStep"/>.</summary>
    ExtentLiveClose = 17,

    /// <summary>Up: live repair flushes and closes an extent, <see cref="Wire.ExtentLiveFlushClose"/>.</summary>
    ExtentLiveFlushClose = 18,

    /// <summary>Up: live repair copies an extent, <see cref="Wire.ExtentLiveRepair"/>.</summary>
    ExtentLiveRepair = 19,

    /// <summary>Up: live repair opens an extent again, <see cref="LiveExtentStep"/>.</summary>
    ExtentLiveReopen = 20,

    /// <summary>Up: a job that only orders others, <see cref="OrderingJob"/>.</summary>
    ExtentLiveNoOp = 21,

    /// <summary>Down: an extent is closed, <see cref="Wire.ExtentLiveCloseAck"/>.</summary>
    ExtentLiveCloseAck = 22,

    /// <summary>Down: an extent was copied, <see cref="JobAck"/>.</summary>
    ExtentLiveRepairAckId = 23,

    /// <summary>Down: reopen or no-op done, <see cref="JobAck"/>.</summary>
    ExtentLiveAckId = 24,

    /// <summary>Up: asks for the geometry; no body.</summary>
    RegionInfoPlease = 25,

    /// <summary>Down: the geometry, <see cref="RegionDefinition"/>.</summary>
    RegionInfo = 26,

    /// <summary>Up: asks for generation, flush number and dirty bit of all extents; no body.</summary>
    ExtentVersionsPlease = 27,

    /// <summary>Down: those, <see cref="Wire.ExtentVersions"/>.</summary>
    ExtentVersions = 28,

    /// <summary>Up: resumes behind a flush, <see cref="Wire.LastFlush"/>; no answer.</summary>
    LastFlush = 29,

    /// <summary>Up: writes blocks, <see cref="WriteRequest"/>.</summary>
    Write = 30,

    /// <summary>Down: <see cref="JobAck"/>.</summary>
    WriteAck = 31,

    /// <summary>Up: makes earlier writes durable, <see cref="FlushRequest"/>.</summary>
    Flush = 32,

    /// <summary>Down: <see cref="JobAck"/>.</summary>
    FlushAck = 33,

    /// <summary>Up: orders without making durable, <see cref="OrderingJob"/>.</summary>
    Barrier = 34,

    /// <summary>Down: <see cref="JobAck"/>.</summary>
    BarrierAck = 35,

    /// <summary>Up: reads blocks, <see cref="Wire.ReadRequest"/>.</summary>
    ReadRequest = 36,

    /// <summary>Down: blocks with their contexts, <see cref="Wire.ReadResponse"/>.</summary>
    ReadResponse = 37,

    /// <summary>Up: writes only blocks never written, <see cref="WriteRequest"/>.</summary>
    WriteUnwritten = 38,

    /// <summary>Down: <see cref="JobAck"/>.</summary>
    WriteUnwrittenAck = 39,

    /// <summary>Down: a job failed, <see cref="Wire.ErrorReport"/>.</summary>
    ErrorReport = 40,

    /// <summary>Reserved by the protocol, never sent, <see cref="UnknownMessage"/>.</summary>
    Unknown = 41,
}
