using Propolis.Vmm.Block;
using Propolis.Vmm.Devices.Nvme.Wire;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>One I/O command in flight, reused: where it came from and what is still to do before it is answered.</summary>
sealed class NvmeSlot(BlockRequest request)
{
    DatasetRange[]? _ranges;

    /// <summary>What the backend works on.</summary>
    public BlockRequest Request => request;

    /// <summary>Where the command came from; null for the controller's own flush at shutdown.</summary>
    public SubmissionQueue? Queue { get; set; }

    /// <summary>CID.</summary>
    public ushort CommandId { get; set; }

    /// <summary>First block, for the error log.</summary>
    public ulong StartingLba { get; set; }

    /// <summary>A flush is due before the answer: force unit access, or the write cache is switched off.</summary>
    public bool FlushesAfter { get; set; }

    /// <summary>The guest wants the command aborted: it stops at its next step.</summary>
    public bool IsAborted
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>Ranges of a deallocation, which go to the backend one after the other. Made when first needed.</summary>
    public DatasetRange[] Ranges => _ranges ??= new DatasetRange[DatasetRange.Maximum];

    /// <summary>How many ranges.</summary>
    public int RangeCount { get; set; }

    /// <summary>The next range to submit.</summary>
    public int NextRange { get; set; }

    /// <summary>Starts over for a command.</summary>
    public void Begin(SubmissionQueue? queue, ushort commandId)
    {
        Queue = queue;
        CommandId = commandId;
        StartingLba = 0;
        FlushesAfter = IsAborted = false;
        RangeCount = NextRange = 0;
    }
}
