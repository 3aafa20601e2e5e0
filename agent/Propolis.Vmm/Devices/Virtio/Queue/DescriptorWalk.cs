using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Devices.Virtio.Queue;

/// <summary>
/// Reads a chain out of a descriptor table (VIRTIO 1.2, 2.7.5). Every step is checked and counted, so that no table, however hostile,
/// makes it run on: at most a queue's size of direct descriptors and <see cref="MaxIndirectChain"/> indirect ones.
/// </summary>
public static class DescriptorWalk
{
    /// <summary>
    /// Longest chain in an indirect table. The specification says "no longer than the queue size", but drivers were always allowed more
    /// by devices in use; 1024 is what they allow, and what a host's vectored I/O takes.
    /// </summary>
    public const int MaxIndirectChain = 1024;

    /// <summary>Fills <paramref name="chain"/> from the descriptor <paramref name="head"/> of a table with <paramref name="size"/> entries.</summary>
    public static QueueMisuse Read(GuestMemory memory, ulong table, ushort size, ushort head, bool indirectNegotiated, DescriptorChain chain)
    {
        chain.Begin(head);
        if (head >= size) return QueueMisuse.HeadOutOfRange;
        uint index = head, limit = size, budget = size;
        var isIndirect = false;
        while (true)
        {
            if (!memory.TryRead(table + index * Descriptor.Size, out Descriptor descriptor)) return QueueMisuse.NotInMemory;
            if ((descriptor.Flags & DescriptorFlags.Indirect) != 0)
            {
                if (!indirectNegotiated) return QueueMisuse.IndirectNotNegotiated;
                if (isIndirect || !IsTable(descriptor)) return QueueMisuse.IndirectMalformed;
                (table, index, isIndirect) = (descriptor.Address, 0, true);
                limit = descriptor.Length / Descriptor.Size;
                budget = Math.Min(limit, MaxIndirectChain);
                continue;
            }
            if (budget-- == 0) return QueueMisuse.ChainTooLong;
            if (chain.Add(descriptor) is not QueueMisuse.None and var misuse) return misuse;
            if ((descriptor.Flags & DescriptorFlags.Next) == 0) return QueueMisuse.None;
            index = descriptor.Next;
            if (index >= limit) return QueueMisuse.NextOutOfRange;
        }
    }

    static bool IsTable(in Descriptor descriptor) =>
        (descriptor.Flags & DescriptorFlags.Next) == 0 && descriptor.Length != 0 && descriptor.Length % Descriptor.Size == 0;
}
