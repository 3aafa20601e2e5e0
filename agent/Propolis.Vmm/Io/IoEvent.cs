using System.Runtime.InteropServices;
using Propolis.Vmm.Interop.Linux;

namespace Propolis.Vmm.Io;

/// <summary>
/// Something that an <see cref="IoThread"/> waits for and a callback that runs there. Signals that come while one is pending merge. Its descriptor can be
/// handed to the kernel (ioeventfd), which then signals it without any exit to user space.
/// </summary>
public sealed unsafe class IoEvent : IDisposable
{
    readonly DescriptorHandle _descriptor;
    readonly IoThread _thread;

    internal IoEvent(IoThread thread, DescriptorHandle descriptor, Action onSignal)
    {
        _thread = thread;
        _descriptor = descriptor;
        OnSignal = onSignal;
    }

    /// <summary>The eventfd.</summary>
    public SafeHandle Descriptor => _descriptor;

    internal Action OnSignal { get; }

    internal int DescriptorValue => _descriptor.Value;

    /// <summary>Makes the callback run soon on the I/O thread; from any thread, never blocks.</summary>
    public void Signal()
    {
        ulong one = 1;
        // SAFETY: eight bytes of a local; an eventfd that is full already (EAGAIN) is signalled as well.
        _ = LinuxLibrary.Write(_descriptor.Value, &one, sizeof(ulong));
    }

    internal void Drain()
    {
        ulong count;
        // SAFETY: eight bytes into a local; EAGAIN means that another wake-up has drained it.
        _ = LinuxLibrary.Read(_descriptor.Value, &count, sizeof(ulong));
    }

    /// <summary>Ends the waiting; the callback does not run after this returns, unless called from the callback itself.</summary>
    public void Dispose()
    {
        _thread.Remove(this);
        _descriptor.Dispose();
    }
}
