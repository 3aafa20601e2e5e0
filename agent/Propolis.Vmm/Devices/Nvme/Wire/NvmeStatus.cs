namespace Propolis.Vmm.Devices.Nvme.Wire;

/// <summary>
/// The status field of a completion, 15 bits: status code, status code type, more, do-not-retry (NVMe 1.4, section 4.6.1). A command that is wrong in itself carries
/// do-not-retry; one that met a passing obstacle does not.
/// </summary>
/// <param name="Field">The bits, shifted down so that the status code begins at bit 0.</param>
readonly record struct NvmeStatus(ushort Field)
{
    const ushort CommandSpecific = 1 << 8;
    const ushort MediaError = 2 << 8;
    const ushort MoreBit = 1 << 13;
    const ushort DoNotRetry = 1 << 14;

    /// <summary>00h.</summary>
    public static readonly NvmeStatus Success;

    /// <summary>01h Invalid Command Opcode.</summary>
    public static readonly NvmeStatus InvalidOpcode = Wrong(0x01);

    /// <summary>02h Invalid Field in Command.</summary>
    public static readonly NvmeStatus InvalidField = Wrong(0x02);

    /// <summary>04h Data Transfer Error: the data pointer names memory that does not exist.</summary>
    public static readonly NvmeStatus DataTransferError = Wrong(0x04);

    /// <summary>06h Internal Error.</summary>
    public static readonly NvmeStatus InternalError = new(0x06);

    /// <summary>07h Command Abort Requested.</summary>
    public static readonly NvmeStatus AbortRequested = new(0x07);

    /// <summary>08h Command Aborted due to SQ Deletion.</summary>
    public static readonly NvmeStatus AbortedByQueueDeletion = new(0x08);

    /// <summary>0Bh Invalid Namespace or Format.</summary>
    public static readonly NvmeStatus InvalidNamespace = Wrong(0x0b);

    /// <summary>0Ch Command Sequence Error.</summary>
    public static readonly NvmeStatus CommandSequenceError = Wrong(0x0c);

    /// <summary>13h PRP Offset Invalid.</summary>
    public static readonly NvmeStatus PrpOffsetInvalid = Wrong(0x13);

    /// <summary>20h Namespace is Write Protected.</summary>
    public static readonly NvmeStatus WriteProtected = Wrong(0x20);

    /// <summary>80h LBA Out of Range.</summary>
    public static readonly NvmeStatus LbaOutOfRange = Wrong(0x80);

    /// <summary>1/00h Completion Queue Invalid.</summary>
    public static readonly NvmeStatus CompletionQueueInvalid = Wrong(CommandSpecific);

    /// <summary>1/01h Invalid Queue Identifier.</summary>
    public static readonly NvmeStatus InvalidQueueIdentifier = Wrong(CommandSpecific | 0x01);

    /// <summary>1/02h Invalid Queue Size.</summary>
    public static readonly NvmeStatus InvalidQueueSize = Wrong(CommandSpecific | 0x02);

    /// <summary>1/05h Asynchronous Event Request Limit Exceeded.</summary>
    public static readonly NvmeStatus EventRequestLimitExceeded = Wrong(CommandSpecific | 0x05);

    /// <summary>1/08h Invalid Interrupt Vector.</summary>
    public static readonly NvmeStatus InvalidInterruptVector = Wrong(CommandSpecific | 0x08);

    /// <summary>1/09h Invalid Log Page.</summary>
    public static readonly NvmeStatus InvalidLogPage = Wrong(CommandSpecific | 0x09);

    /// <summary>1/0Ch Invalid Queue Deletion: a submission queue still uses the completion queue.</summary>
    public static readonly NvmeStatus InvalidQueueDeletion = Wrong(CommandSpecific | 0x0c);

    /// <summary>1/0Dh Feature Identifier Not Saveable.</summary>
    public static readonly NvmeStatus FeatureNotSaveable = Wrong(CommandSpecific | 0x0d);

    /// <summary>1/0Eh Feature Not Changeable.</summary>
    public static readonly NvmeStatus FeatureNotChangeable = Wrong(CommandSpecific | 0x0e);

    /// <summary>2/80h Write Fault.</summary>
    public static readonly NvmeStatus WriteFault = new(MediaError | 0x80);

    /// <summary>2/81h Unrecovered Read Error.</summary>
    public static readonly NvmeStatus UnrecoveredReadError = new(MediaError | 0x81);

    /// <summary>The command did what it should.</summary>
    public bool IsSuccess => Field == 0;

    /// <summary>The disk, not the command, is at fault.</summary>
    public bool IsMediaError => (Field & 0x700) == MediaError;

    /// <summary>The same status, saying that the error log knows more.</summary>
    public NvmeStatus WithMore => new((ushort)(Field | MoreBit));

    static NvmeStatus Wrong(int code) => new((ushort)(code | DoNotRetry));
}
