using System.Runtime.InteropServices;

namespace Propolis.Vmm.Hypervisor;

/// <summary>
/// A segment register with its hidden part. In a payload: these 20 bytes. <see cref="Access"/> is the descriptor's attribute word as VMX writes it (Intel
/// SDM vol. 3, table 25-2): type in bits 0-3, S 4, DPL 5-6, P 7, AVL 12, L 13, D/B 14, G 15, unusable 16.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
struct SegmentRegister
{
    public ulong Base;
    public uint Limit;
    public ushort Selector;
    public ushort Reserved;
    public uint Access;
}
