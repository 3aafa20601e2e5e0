using System.Runtime.InteropServices;

namespace Propolis.Vmm.Hypervisor;

/// <summary>The general registers of a vCPU. In a payload they stand in this order, 8 bytes each.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
struct GeneralRegisters
{
    public ulong Rax;
    public ulong Rbx;
    public ulong Rcx;
    public ulong Rdx;
    public ulong Rsi;
    public ulong Rdi;
    public ulong Rsp;
    public ulong Rbp;
    public ulong R8;
    public ulong R9;
    public ulong R10;
    public ulong R11;
    public ulong R12;
    public ulong R13;
    public ulong R14;
    public ulong R15;
    public ulong Rip;
    public ulong Rflags;
}
