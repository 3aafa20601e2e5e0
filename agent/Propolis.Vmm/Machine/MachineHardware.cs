using Propolis.Vmm.Block;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Devices.Piix3;
using Propolis.Vmm.Devices.Piix4Pm;
using Propolis.Vmm.Devices.Ramfb;
using Propolis.Vmm.Devices.Rtc;
using Propolis.Vmm.Devices.Uart;
using Propolis.Vmm.Devices.Virtio.Net;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Io;
using Propolis.Vmm.Net;

namespace Propolis.Vmm.Machine;

/// <summary>Everything that a machine is made of, and owns. Disposed once, when its vCPU threads have ended.</summary>
public sealed class MachineHardware : IDisposable
{
    /// <summary>The virtual machine in the kernel.</summary>
    public required IVirtualMachine Vm { get; init; }

    /// <summary>The port space.</summary>
    public required AddressBus Ports { get; init; }

    /// <summary>The memory-mapped space.</summary>
    public required AddressBus MemoryMapped { get; init; }

    /// <summary>Inputs of the interrupt controllers.</summary>
    public required InterruptInputs Inputs { get; init; }

    /// <summary>vCPU threads by id.</summary>
    public List<VcpuThread> Vcpus { get; } = [];

    /// <summary>vCPUs by id.</summary>
    public List<IVcpu> Processors { get; } = [];

    /// <summary>Devices, platform and vCPUs by name.</summary>
    public MachineParts Parts { get; } = new();

    /// <summary>Backends of all disks.</summary>
    public List<IBlockBackend> Disks { get; } = [];

    /// <summary>Names of the devices in front of <see cref="Disks"/>, in the same order.</summary>
    public List<string> DiskNames { get; } = [];

    /// <summary>Network cards.</summary>
    public List<VirtioNet> Cards { get; } = [];

    /// <summary>Threads that serve devices.</summary>
    public List<IoThread> IoThreads { get; } = [];

    /// <summary>COM1 to COM4.</summary>
    public List<SerialPort> SerialPorts { get; } = [];

    /// <summary>Host sides of all network cards.</summary>
    public List<INetBackend> Interfaces { get; } = [];

    /// <summary>The ISA bridge.</summary>
    public required Piix3Lpc Bridge { get; init; }

    /// <summary>Clock and CMOS.</summary>
    public required RtcPort Clock { get; init; }

    /// <summary>The chip with the power button.</summary>
    public required Piix4PowerManagement PowerManagement { get; init; }

    /// <summary>The guest's screen; null for a machine without one.</summary>
    public RamfbDevice? Framebuffer { get; set; }

    /// <summary>What puts the first instruction in place, at the start and after each reset.</summary>
    public IBootLoader Boot { get; set; } = new NoBoot();

    /// <summary>Frees everything.</summary>
    public void Dispose()
    {
        // Interfaces end their watches on the threads, so they go first.
        foreach (var nic in Interfaces) nic.Dispose();
        foreach (var thread in IoThreads) thread.Dispose();
        foreach (var disk in Disks) disk.Dispose();
        foreach (var processor in Processors) processor.Dispose();
        Vm.Dispose();
    }
}
