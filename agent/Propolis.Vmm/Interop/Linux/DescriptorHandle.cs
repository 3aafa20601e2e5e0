using System.Runtime.InteropServices;

namespace Propolis.Vmm.Interop.Linux;

/// <summary>Owns a file descriptor of any kind.</summary>
sealed class DescriptorHandle : SafeHandle
{
    public DescriptorHandle(int descriptor) : base(-1, ownsHandle: true) => SetHandle(descriptor);

    public override bool IsInvalid => handle < 0;

    /// <summary>The number, for calls made while this object is known to be alive.</summary>
    public int Value => (int)handle;

    protected override bool ReleaseHandle() => LinuxLibrary.Close((int)handle) == 0;
}
