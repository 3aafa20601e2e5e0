using Propolis.Vmm.Block;
using Propolis.Vmm.Devices.Nvme.Wire;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>What this controller is, in numbers, and the checks that need nothing but their arguments.</summary>
static class NvmeRules
{
    /// <summary>Queues of each kind, the admin queue included.</summary>
    public const int MaxQueues = 16;

    /// <summary>Entries of an I/O queue at most.</summary>
    public const uint MaxQueueSize = 65536;

    /// <summary>MDTS: transfers of up to 2 to the power of 8 pages.</summary>
    public const int MaxTransferShift = 8;

    /// <summary>Bytes of one transfer at most.</summary>
    public const uint MaxTransfer = PrpRules.PageSize << MaxTransferShift;

    /// <summary>Asynchronous event requests that may wait.</summary>
    public const int MaxEventRequests = 4;

    /// <summary>Entries of the error log.</summary>
    public const int ErrorLogEntries = 64;

    /// <summary>The only namespace.</summary>
    public const uint NamespaceId = 1;

    /// <summary>NSID that means all namespaces.</summary>
    public const uint AllNamespaces = 0xffff_ffff;

    /// <summary>VS: NVMe 1.4.</summary>
    public const uint Version = 0x0001_0400;

    /// <summary>MSI-X vectors.</summary>
    public const int Vectors = 1024;

    /// <summary>Kelvin that a virtual disk has, always.</summary>
    public const ushort Temperature = 313;

    /// <summary>WCTEMP: Kelvin above which a warning is due, unless the guest sets another threshold.</summary>
    public const ushort WarningTemperature = 373;

    const ulong ContiguousQueuesRequired = 1UL << 16;
    const ulong TimeoutHalfSeconds = 240UL << 24;
    const ulong SubsystemResetSupported = 1UL << 36;
    const ulong NvmCommandSet = 1UL << 37;

    /// <summary>CAP: round robin only, doorbells without gaps, 4 KiB pages.</summary>
    public const ulong Capabilities = (MaxQueueSize - 1) | ContiguousQueuesRequired | TimeoutHalfSeconds | SubsystemResetSupported | NvmCommandSet;

    /// <summary>True for the namespace, and where <paramref name="orAll"/> for all of them.</summary>
    public static bool IsNamespace(uint namespaceId, bool orAll = false) => namespaceId == NamespaceId || orAll && namespaceId == AllNamespaces;

    /// <summary>True when the blocks lie on the disk.</summary>
    public static bool IsInside(BlockGeometry geometry, ulong startingLba, ulong blocks) =>
        startingLba <= geometry.BlockCount && blocks <= geometry.BlockCount - startingLba;

    /// <summary>The command's status for how a backend ended its request.</summary>
    public static NvmeStatus Translate(BlockStatus status, BlockOperation operation) => status switch
    {
        BlockStatus.Success => NvmeStatus.Success,
        BlockStatus.ReadOnly => NvmeStatus.WriteProtected,
        BlockStatus.Unsupported => NvmeStatus.InvalidOpcode,
        _ when operation == BlockOperation.Read => NvmeStatus.UnrecoveredReadError,
        _ when operation == BlockOperation.Flush => NvmeStatus.InternalError,
        _ => NvmeStatus.WriteFault,
    };
}
