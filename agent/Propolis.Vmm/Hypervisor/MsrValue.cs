using System.Runtime.InteropServices;

namespace Propolis.Vmm.Hypervisor;

/// <summary>A model-specific register and what it holds. In a payload: 4 and 8 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
readonly record struct MsrValue(uint Index, ulong Value);
