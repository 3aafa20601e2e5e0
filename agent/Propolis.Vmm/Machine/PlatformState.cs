using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Machine;

/// <summary>The state that the kernel keeps for the whole machine (interrupt controllers, PIT, clocks), as a part with a name.</summary>
sealed class PlatformState(IVirtualMachine vm) : ISnapshot
{
    public string Kind => "platform";

    public int Version => 1;

    public void Export(StateWriter writer) => vm.ExportPlatform(writer);

    public void Import(StateReader reader) => vm.ImportPlatform(reader);
}
