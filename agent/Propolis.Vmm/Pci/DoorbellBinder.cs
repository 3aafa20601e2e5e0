using System.Runtime.InteropServices;
using Propolis.Vmm.Hypervisor;

namespace Propolis.Vmm.Pci;

/// <summary>Asks the hypervisor to signal an event for a guest write; false when it cannot (see <see cref="IVirtualMachine.TryBindDoorbell"/>).</summary>
public delegate bool DoorbellBinder(DoorbellAddress address, SafeHandle eventFd, out IDisposable? binding);
