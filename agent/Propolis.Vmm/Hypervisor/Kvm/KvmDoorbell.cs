using Propolis.Vmm.Interop.Linux;

namespace Propolis.Vmm.Hypervisor.Kvm;

/// <summary>An eventfd bound to a guest write; disposing unbinds it.</summary>
sealed unsafe class KvmDoorbell(DescriptorHandle machine, KvmIoeventfd binding) : IDisposable
{
    bool _disposed;

    /// <summary>Binds; null when the kernel does not take the address or width.</summary>
    public static KvmDoorbell? TryBind(DescriptorHandle machine, DoorbellAddress address, int eventFd)
    {
        var flags = (address.IsPort ? KvmConstants.IoeventfdFlagPio : 0) | (address.Match is null ? 0 : KvmConstants.IoeventfdFlagDatamatch);
        var binding = new KvmIoeventfd
        {
            Addr = address.Address,
            Len = (uint)address.Size,
            Datamatch = address.Match ?? 0,
            Fd = eventFd,
            Flags = flags,
        };
        return KvmLibrary.Ioctl(machine.Value, KvmIoctl.Ioeventfd, &binding) >= 0 ? new KvmDoorbell(machine, binding) : null;
    }

    /// <summary>Unbinds; the virtual machine may be gone already.</summary>
    public void Dispose()
    {
        if (_disposed || machine.IsClosed) return;
        _disposed = true;
        binding.Flags |= KvmConstants.IoeventfdFlagDeassign;
        fixed (KvmIoeventfd* pointer = &binding) _ = KvmLibrary.Ioctl(machine.Value, KvmIoctl.Ioeventfd, pointer);
    }
}
