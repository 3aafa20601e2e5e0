using System.Runtime.InteropServices;

namespace Propolis.Vmm.Interop.Linux;

/// <summary>struct kvm_run: the page that a vCPU shares with the kernel. The variants of its union overlay each other.</summary>
[StructLayout(LayoutKind.Explicit, Size = 2352)]
unsafe struct KvmRun
{
    [FieldOffset(0)] public byte RequestInterruptWindow;
    [FieldOffset(1)] public byte ImmediateExit;
    [FieldOffset(8)] public uint ExitReason;
    [FieldOffset(12)] public byte ReadyForInterruptInjection;
    [FieldOffset(13)] public byte IfFlag;
    [FieldOffset(14)] public ushort Flags;
    [FieldOffset(16)] public ulong Cr8;
    [FieldOffset(24)] public ulong ApicBase;

    [FieldOffset(32)] public ulong FailEntryHardwareEntryFailureReason;
    [FieldOffset(40)] public uint FailEntryCpu;

    [FieldOffset(32)] public byte IoDirection;
    [FieldOffset(33)] public byte IoSize;
    [FieldOffset(34)] public ushort IoPort;
    [FieldOffset(36)] public uint IoCount;
    [FieldOffset(40)] public ulong IoDataOffset;

    [FieldOffset(32)] public ulong MmioPhysAddr;
    [FieldOffset(40)] public fixed byte MmioData[8];
    [FieldOffset(48)] public uint MmioLen;
    [FieldOffset(52)] public byte MmioIsWrite;

    [FieldOffset(32)] public uint InternalSuberror;
    [FieldOffset(36)] public uint InternalNdata;
    [FieldOffset(40)] public fixed ulong InternalData[16];

    [FieldOffset(40)] public ulong EmulationFailureFlags;
    [FieldOffset(48)] public byte EmulationFailureInsnSize;
    [FieldOffset(49)] public fixed byte EmulationFailureInsnBytes[15];

    [FieldOffset(32)] public uint SystemEventType;
    [FieldOffset(36)] public uint SystemEventNdata;

    [FieldOffset(32)] public byte MsrError;
    [FieldOffset(40)] public uint MsrReason;
    [FieldOffset(44)] public uint MsrIndex;
    [FieldOffset(48)] public ulong MsrData;
}
