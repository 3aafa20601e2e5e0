using System.Runtime.InteropServices;

namespace Propolis.Vmm.Devices.Nvme.Wire;

/// <summary>A command as the host writes it: 64 bytes (NVMe 1.4, section 4.2, figure 105).</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
readonly record struct SubmissionQueueEntry
{
    /// <summary>Bytes.</summary>
    public const int Size = 64;

    /// <summary>OPC.</summary>
    public byte Opcode { get; init; }

    /// <summary>FUSE in bits 0 and 1, PSDT in bits 6 and 7.</summary>
    public byte Flags { get; init; }

    /// <summary>CID.</summary>
    public ushort CommandId { get; init; }

    /// <summary>NSID.</summary>
    public uint NamespaceId { get; init; }

    /// <summary>Command dwords 2 and 3.</summary>
    public ulong Reserved { get; init; }

    /// <summary>MPTR.</summary>
    public ulong MetadataPointer { get; init; }

    /// <summary>First PRP entry of the data pointer.</summary>
    public ulong Prp1 { get; init; }

    /// <summary>Second PRP entry of the data pointer, or the address of a PRP list.</summary>
    public ulong Prp2 { get; init; }

    /// <summary>Command dword 10.</summary>
    public uint Cdw10 { get; init; }

    /// <summary>Command dword 11.</summary>
    public uint Cdw11 { get; init; }

    /// <summary>Command dword 12.</summary>
    public uint Cdw12 { get; init; }

    /// <summary>Command dword 13.</summary>
    public uint Cdw13 { get; init; }

    /// <summary>Command dword 14.</summary>
    public uint Cdw14 { get; init; }

    /// <summary>Command dword 15.</summary>
    public uint Cdw15 { get; init; }

    /// <summary>True for fused commands and for data described by SGLs, which this controller does not have.</summary>
    public bool IsFusedOrSgl => (Flags & 0xc3) != 0;
}
