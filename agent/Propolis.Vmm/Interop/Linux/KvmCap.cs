namespace Propolis.Vmm.Interop.Linux;

/// <summary>Capability numbers of linux/kvm.h.</summary>
static class KvmCap
{
    public const int Irqchip = 0;
    public const int UserMemory = 3;
    public const int SetTssAddr = 4;
    public const int ExtCpuid = 7;
    public const int MpState = 14;
    public const int UserNmi = 22;
    public const int Pit2 = 33;
    public const int PitState2 = 35;
    public const int Ioeventfd = 36;
    public const int SetIdentityMapAddr = 37;
    public const int AdjustClock = 39;
    public const int VcpuEvents = 41;
    public const int Debugregs = 50;
    public const int Xsave = 55;
    public const int Xcrs = 56;
    public const int TscControl = 60;
    public const int GetTscKhz = 61;
    public const int MaxVcpus = 66;
    public const int TscDeadlineTimer = 72;
    public const int SignalMsi = 77;
    public const int ReadonlyMem = 81;
    public const int IoeventfdAnyLength = 122;
    public const int VcpuAttributes = 127;
    public const int ImmediateExit = 136;
    public const int X86UserSpaceMsr = 188;
    public const int Sregs2 = 200;
    public const int Xsave2 = 208;
}
