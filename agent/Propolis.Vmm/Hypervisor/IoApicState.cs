using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Propolis.Vmm.Hypervisor;

/// <summary>The IO APIC with 24 inputs (Intel 82093AA data sheet). In a payload the fields stand in this order.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
struct IoApicState
{
    public ulong Address;
    public uint RegisterSelect;
    public uint Id;

    /// <summary>Inputs with a request, one bit each.</summary>
    public uint Requests;
    public uint Reserved;

    /// <summary>The redirection table as the guest programs it.</summary>
    public Redirections Table;

    /// <summary>24 redirection entries.</summary>
    [InlineArray(24)]
    public struct Redirections
    {
        ulong _first;
    }
}
