using Iced.Intel;
using Propolis.Server.Crucible;
using Propolis.Server.Machines;
using Propolis.Vmm.Hypervisor.Kvm;
using Propolis.Vmm.Tests.Machine;

namespace Propolis.Server.Tests;

/// <summary>Servers whose guests are programs of a few instructions, on this host's KVM.</summary>
sealed class TinyServers : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("propolis-server-").FullName;

    public async Task<TestServer> StartAsync(Action<Assembler> firmware)
    {
        var hypervisor = new KvmHypervisor();
        Assert.SkipUnless(hypervisor.Probe().IsUsable, hypervisor.Probe().Reason);
        var rom = Path.Combine(Folder, "tiny.rom");
        await File.WriteAllBytesAsync(rom, TinyRom.Of(firmware));
        var factory = new MachineFactory(new ServerBoot.Bootrom(rom, null), null, hypervisor, new CrucibleDisks(TimeProvider.System, null, _ => { }), TimeProvider.System);
        return await TestServer.StartAsync(factory, hypervisor);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
