using System.Runtime.InteropServices;

namespace Propolis.Vmm.Interop.Linux;

/// <summary>struct iovec.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct IoVector
{
    public byte* Base;
    public nuint Length;
}
