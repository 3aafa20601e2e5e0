using System.Runtime.InteropServices;

namespace Propolis.Vmm.Hypervisor;

/// <summary>
/// What a vCPU was about to deliver when it stopped: "injected" has begun and must be finished, "pending" waits. In a payload these bytes stand in
/// this order; truth values are 0 or 1.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
struct PendingEvents
{
    public byte ExceptionInjected;
    public byte ExceptionPending;
    public byte ExceptionVector;
    public byte ExceptionHasErrorCode;
    public uint ExceptionErrorCode;
    public byte InterruptInjected;
    public byte InterruptVector;

    /// <summary>The interrupt came from an INT instruction.</summary>
    public byte InterruptIsSoft;

    /// <summary>Bit 0: after MOV SS, bit 1: after STI.</summary>
    public byte InterruptShadow;
    public byte NmiInjected;
    public byte NmiPending;
    public byte NmiMasked;
    public byte SipiVector;
}
