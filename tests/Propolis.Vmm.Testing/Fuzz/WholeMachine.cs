using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.Devices.Nvme;
using Propolis.Vmm.Devices.Virtio.Net;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Net;
using Propolis.Vmm.Pci;
using Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;
using Propolis.Vmm.Tests.Hypervisor;

namespace Propolis.Vmm.Tests.Fuzz;

/// <summary>
/// A machine with every device, threads included, whose guest does anything anywhere: ports, BARs, configuration space, its own memory. Afterwards it must still
/// pause, and a twin must take its state.
/// </summary>
static class WholeMachine
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>The property; each case is one seed.</summary>
    public static Property Stands() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => PlayAsync(seed).GetAwaiter().GetResult());

    /// <summary>One machine's life.</summary>
    public static async Task PlayAsync(int seed)
    {
        var random = new Random(seed);
        var original = Build(random.Next());
        var twin = Build(random.Next());
        try
        {
            await original.StartAsync(CancellationToken.None).WaitAsync(Limit);
            var guest = new WildGuest(original.Hardware, random);
            guest.FindDevices();
            for (var step = 0; step < 400; step++) guest.Step();
            await original.PauseAsync().WaitAsync(Limit);
            var states = original.Export();
            await twin.StartAsync(CancellationToken.None).WaitAsync(Limit);
            await twin.PauseAsync().WaitAsync(Limit);
            twin.Hardware.Parts.States.Import(states);
            original.Reset();
            original.Resume();
            guest.FindDevices();
            guest.Step();
        }
        finally
        {
            await original.HaltAsync().WaitAsync(Limit);
            await twin.HaltAsync().WaitAsync(Limit);
        }
    }

    static MachineBody Build(int seed)
    {
        var cable = new NetPair(new NetAbilities());
        for (var i = 0; i < 8; i++) cable.Second.Send(0, NetFrame.Make(NetFrame.Guest, 60 + i * 170));
        var spec = new MachineSpec
        {
            Name = "fuzzed",
            Id = new Guid(seed, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
            VcpuCount = 1,
            MemoryBytes = 4 << 20,
            Boot = new BootSpec.Rom(new byte[0x10000], null),
            EnableEcam = true,
            HasFramebuffer = true,
            Devices =
            [
                new DeviceSpec.VirtioBlock("disk0", new PciPath(0, 4, 0), new MemoryBackend(new byte[1 << 20])) { Queues = 2 },
                new DeviceSpec.Nvme("disk1", new PciPath(0, 5, 0), new MemoryBackend(new byte[1 << 20])) { Serial = NvmeOptions.SerialFrom("disk1") },
                new DeviceSpec.VirtioNet("net0", new PciPath(0, 6, 0), cable.First, new VirtioNetOptions { Mac = NetFrame.Guest }),
                new DeviceSpec.Bridge("bridge0", new PciPath(0, 7, 0), 1),
                new DeviceSpec.VirtioBlock("disk2", new PciPath(1, 2, 0), new MemoryBackend(new byte[64 << 10])),
                new DeviceSpec.Pvpanic("panic"),
            ],
        };
        return MachineBuilder.Build(spec, new MachineHost { Hypervisor = new PaperHypervisor(), Control = new Deaf() });
    }

    sealed class Deaf : IMachineControl
    {
        public void GuestReset(string source) { }

        public void GuestPowerOff(string source) { }

        public void GuestFailed(string reason) { }
    }
}
