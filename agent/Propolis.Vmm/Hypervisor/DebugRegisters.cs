using System.Runtime.InteropServices;

namespace Propolis.Vmm.Hypervisor;

/// <summary>The debug registers of a vCPU. In a payload they stand in this order.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
struct DebugRegisters
{
    public ulong Dr0;
    public ulong Dr1;
    public ulong Dr2;
    public ulong Dr3;
    public ulong Dr6;
    public ulong Dr7;
}
