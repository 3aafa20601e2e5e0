using Propolis.Vmm.Hypervisor.Kvm;

namespace Propolis.Vmm.Tests.Fuzz;

/// <summary>Everything that is fuzzed.</summary>
static class FuzzTargets
{
    /// <summary>The targets of this machine; those of KVM only where it opens.</summary>
    public static IReadOnlyList<FuzzTarget> All()
    {
        List<FuzzTarget> all =
        [
            new("whole machine", WholeMachine.Stands),
            new("chipset registers", RegisterTargets.Chipset),
            new("clock registers", RegisterTargets.Clock),
            new("keyboard registers", RegisterTargets.Keyboard),
            new("UART registers", RegisterTargets.Uart),
            new("power management registers", RegisterTargets.PowerManagement),
            new("virtio disk rings", HostileDriver.Disk),
            new("virtio network receive rings", () => HostileDriver.Network(0)),
            new("virtio network transmit rings", () => HostileDriver.Network(1)),
            new("virtio network control rings", () => HostileDriver.Network(2)),
            new("virtio network commands", HostileDriver.Commands),
            new("NVMe registers", HostileNvme.Registers),
            new("NVMe I/O commands", HostileNvme.IoCommands),
            new("NVMe admin commands", HostileNvme.AdminCommands),
            new("NVMe shadow doorbells", HostileNvme.ShadowDoorbells),
            new("NVMe snapshots", HostileNvme.DamagedSnapshots),
        ];
        var hypervisor = new KvmHypervisor();
        if (hypervisor.Probe().IsUsable)
        {
            all.Add(new("programs in long mode", () => HostileProgram.Code(hypervisor, longMode: true)));
            all.Add(new("programs at the reset vector", () => HostileProgram.Code(hypervisor, longMode: false)));
            all.Add(new("vCPU and platform states", () => HostileProgram.State(hypervisor)));
        }

        return all;
    }
}
