namespace Propolis.Vmm.Interop.Linux;

/// <summary>Flags and small numbers of linux/kvm.h and asm/kvm.h, named as there without the KVM_ prefix.</summary>
static class KvmConstants
{
    public const int ApiVersion = 12;
    public const int ApicRegSize = 1024;
    public const int IoapicNumPins = 24;

    public const uint ExitIo = 2;
    public const uint ExitMmio = 6;
    public const uint ExitIrqWindowOpen = 7;
    public const uint ExitShutdown = 8;
    public const uint ExitFailEntry = 9;
    public const uint ExitIntr = 10;
    public const uint ExitInternalError = 17;
    public const uint ExitSystemEvent = 24;
    public const uint ExitX86Rdmsr = 29;
    public const uint ExitX86Wrmsr = 30;

    public const byte ExitIoIn = 0;

    public const uint InternalErrorEmulation = 1;

    public const uint MemLogDirtyPages = 1;
    public const uint MemReadonly = 2;

    public const uint IrqchipPicMaster = 0;
    public const uint IrqchipPicSlave = 1;
    public const uint IrqchipIoapic = 2;

    public const uint IoeventfdFlagDatamatch = 1;
    public const uint IoeventfdFlagPio = 2;
    public const uint IoeventfdFlagDeassign = 4;

    public const uint PitSpeakerDummy = 1;

    public const uint CpuidFlagSignifcantIndex = 1;
    public const uint CpuidSignature = 0x40000000;
    public const uint CpuidFeatures = 0x40000001;

    public const ulong MsrExitReasonUnknown = 2;

    public const uint VcpueventValidNmiPending = 1;
    public const uint VcpueventValidSipiVector = 2;
    public const uint VcpueventValidShadow = 4;

    public const uint VcpuTscCtrl = 0;
    public const ulong VcpuTscOffset = 0;

    public const uint MpStateRunnable = 0;
    public const uint MpStateUninitialized = 1;
}
