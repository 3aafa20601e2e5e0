using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Hypervisor.Kvm;

namespace Propolis.Vmm.Tests.Hypervisor;

public sealed class KvmExitConformance : ExitConformance
{
    protected override IHypervisor Create() => new KvmHypervisor();
}

public sealed class KvmInterruptConformance : InterruptConformance
{
    protected override IHypervisor Create() => new KvmHypervisor();
}

public sealed class KvmMachineConformance : MachineConformance
{
    protected override IHypervisor Create() => new KvmHypervisor();
}

public sealed class KvmStateConformance : StateConformance
{
    protected override IHypervisor Create() => new KvmHypervisor();
}
