using System.Runtime.InteropServices;

namespace Propolis.Vmm.Devices.Nvme.Wire;

/// <summary>What the controller answers: 16 bytes (NVMe 1.4, section 4.6, figure 121).</summary>
/// <param name="Result">Dword 0, whose meaning the command defines.</param>
/// <param name="Reserved">Dword 1.</param>
/// <param name="Queue">SQHD in the low half, SQID in the high half.</param>
/// <param name="Status">CID in the low half, then the phase tag in bit 16 and the status field above it.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
readonly record struct CompletionQueueEntry(uint Result, uint Reserved, uint Queue, uint Status)
{
    /// <summary>Bytes.</summary>
    public const int Size = 16;

    /// <summary>Where dword 3, with the phase tag, lies.</summary>
    public const int StatusOffset = 12;

    /// <summary>An answer without its phase tag.</summary>
    public static CompletionQueueEntry Answer(uint result, ushort queueId, ushort queueHead, ushort commandId, NvmeStatus status) =>
        new(result, 0, queueHead | (uint)queueId << 16, commandId | (uint)status.Field << 17);
}
