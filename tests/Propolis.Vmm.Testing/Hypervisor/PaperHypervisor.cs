using Propolis.Vmm.Hypervisor;

namespace Propolis.Vmm.Tests.Hypervisor;

/// <summary>A hypervisor without a kernel: machines have memory and devices, and their vCPUs never execute anything.</summary>
sealed class PaperHypervisor : IHypervisor
{
    public HypervisorStatus Probe() => new(true, false, "Machines on paper.");

    public IVirtualMachine Create(VirtualMachineOptions options) => new PaperMachine();
}
