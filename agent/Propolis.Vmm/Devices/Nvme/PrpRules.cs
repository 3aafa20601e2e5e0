using System.Runtime.InteropServices;
using Propolis.Vmm.Block;
using Propolis.Vmm.Devices.Nvme.Wire;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>
/// Physical region pages: where the data of a command lies (NVMe 1.4, section 4.3). The first entry may begin inside a page, all others begin one; the second is
/// either a page or a list of pages, whose last slot leads to the next list when more follow.
/// </summary>
static class PrpRules
{
    /// <summary>CC.MPS is 0.</summary>
    public const uint PageSize = 4096;

    const uint OffsetMask = PageSize - 1;
    const int EntriesPerPage = (int)PageSize / sizeof(ulong);

    /// <summary>Appends the guest memory of a transfer to <paramref name="target"/>. Each list is copied once, and all of the data must lie in RAM.</summary>
    public static NvmeStatus Resolve(GuestMemory memory, ulong prp1, ulong prp2, uint length, BlockRequest target)
    {
        if ((prp1 & 3) != 0) return NvmeStatus.PrpOffsetInvalid;
        var first = Math.Min(length, PageSize - (uint)(prp1 & OffsetMask));
        if (!TryAdd(memory, target, prp1, first)) return NvmeStatus.DataTransferError;
        var rest = length - first;
        if (rest == 0) return NvmeStatus.Success;
        if (rest > PageSize) return (prp2 & 7) == 0 ? WalkList(memory, prp2, rest, target) : NvmeStatus.PrpOffsetInvalid;
        if ((prp2 & OffsetMask) != 0) return NvmeStatus.PrpOffsetInvalid;
        return TryAdd(memory, target, prp2, rest) ? NvmeStatus.Success : NvmeStatus.DataTransferError;
    }

    static NvmeStatus WalkList(GuestMemory memory, ulong list, uint rest, BlockRequest target)
    {
        Span<ulong> entries = stackalloc ulong[EntriesPerPage];
        // Only the first list may begin inside its page, so each further one brings 511 pages of data: no cycle can hold us.
        while (true)
        {
            var pages = (int)((rest + OffsetMask) / PageSize);
            var room = EntriesPerPage - (int)((list & OffsetMask) / sizeof(ulong));
            var read = entries[..Math.Min(pages, room)];
            if (!memory.TryRead(list, MemoryMarshal.AsBytes(read))) return NvmeStatus.DataTransferError;
            var isChained = pages > room;
            foreach (var entry in isChained ? read[..^1] : read)
            {
                if ((entry & OffsetMask) != 0) return NvmeStatus.PrpOffsetInvalid;
                var length = Math.Min(rest, PageSize);
                if (!TryAdd(memory, target, entry, length)) return NvmeStatus.DataTransferError;
                rest -= length;
            }
            if (!isChained) return NvmeStatus.Success;
            list = read[^1];
            if ((list & OffsetMask) != 0) return NvmeStatus.PrpOffsetInvalid;
        }
    }

    static bool TryAdd(GuestMemory memory, BlockRequest target, ulong address, uint length)
    {
        if (!memory.IsRam(address, length)) return false;
        target.AddSegment(address, length);
        return true;
    }
}
