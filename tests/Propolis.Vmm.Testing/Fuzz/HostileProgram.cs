using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Machine;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Hypervisor;

namespace Propolis.Vmm.Tests.Fuzz;

/// <summary>Random programs and random states: nothing that a guest or a payload holds may throw what is not promised.</summary>
static class HostileProgram
{
    /// <summary>Random programs end in exits of the contract.</summary>
    public static Property Code(IHypervisor hypervisor, bool longMode) =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => RunCode(hypervisor, longMode, seed));

    /// <summary>Damaged state is taken or refused.</summary>
    public static Property State(IHypervisor hypervisor) =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => ImportDamaged(hypervisor, seed, 1));

    public static void RunCode(IHypervisor hypervisor, bool longMode, int seed)
    {
        var random = new Random(seed);
        var program = new byte[4096];
        random.NextBytes(program);
        // Ports and string instructions often, so that exits are frequent.
        for (var i = 0; i < 400; i++) program[random.Next(program.Length)] = (byte)(0x6c + random.Next(4));
        for (var i = 0; i < 400; i++) program[random.Next(program.Length)] = (byte)(0xe4 + random.Next(12));
        using var guest = longMode ? TinyGuest.LongMode(hypervisor, c => c.db(program)) : TinyGuest.Reset(hypervisor, c => c.db(program));
        RunFor(guest, 300, seed);
    }

    /// <summary>Imports states with wrong bytes, then shows that the machine can still be reset and runs.</summary>
    public static void ImportDamaged(IHypervisor hypervisor, int firstSeed, int count)
    {
        using var guest = TinyGuest.LongMode(hypervisor, c => c.hlt());
        guest.Machine.PauseTime();
        StateWriter vcpu = new(), platform = new();
        guest.Vcpu.Export(vcpu);
        guest.Machine.ExportPlatform(platform);
        for (var i = 0; i < count; i++)
        {
            var seed = unchecked(firstSeed + i);
            var random = new Random(seed);
            Try(() => guest.Machine.ImportPlatform(new StateReader(Damage(platform, random), "platform")), seed);
            Try(() => guest.Vcpu.Import(new StateReader(Damage(vcpu, random), "vcpu-0")), seed);
        }
        guest.Machine.Reset();
        guest.Machine.ResumeTime();
        guest.EnterLongMode();
        guest.Load(TinyGuest.Code, TinyGuest.Assemble(64, TinyGuest.Code, c => c.@out(0x80, Iced.Intel.AssemblerRegisters.al)));

        Assert.Equal(0x80UL, guest.Run().Address);
    }

    static void RunFor(TinyGuest guest, int exits, int seed)
    {
        var counters = new VcpuCounters();
        var dispatcher = new VcpuDispatcher(new AddressBus("port", 0xffff), new AddressBus("memory", ulong.MaxValue), counters);
        using var kicker = new Timer(_ => guest.Vcpu.Kick(), null, 20, 20);
        for (var i = 0; i < exits; i++)
        {
            var exit = guest.Vcpu.Run();
            Assert.True(Enum.IsDefined(exit.Kind), $"seed {seed}");
            Assert.Equal(exit.Size * exit.Count, exit.Data.Length);
            // Kicked out twice: it spins or sleeps.
            if (counters.Exits(VmExitKind.Interrupted) > 1) return;
            guest.Vcpu.ClearKick();
            if (exit.Kind == VmExitKind.Failed) Assert.StartsWith("vCPU 0 at RIP 0x", guest.Vcpu.DescribeFailure());
            if (!dispatcher.Dispatch(exit)) return;
        }
    }

    static byte[] Damage(StateWriter payload, Random random)
    {
        var bytes = payload.Written.ToArray();
        for (var i = random.Next(1, 6); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next();
        return bytes;
    }

    static void Try(Action import, int seed)
    {
        try
        {
            import();
        }
        catch (Exception error) when (error is StateFormatException or HypervisorException)
        {
            Assert.False(string.IsNullOrWhiteSpace(error.Message));
        }
        catch (Exception error)
        {
            Assert.Fail($"seed {seed}: {error}");
        }
    }
}
