using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Machine;

/// <summary>The state that the kernel keeps for one vCPU, as a part with a name.</summary>
sealed class VcpuState(IVcpu vcpu) : ISnapshot
{
    public string Kind => "vcpu-x86";

    public int Version => 1;

    public void Export(StateWriter writer) => vcpu.Export(writer);

    public void Import(StateReader reader) => vcpu.Import(reader);
}
