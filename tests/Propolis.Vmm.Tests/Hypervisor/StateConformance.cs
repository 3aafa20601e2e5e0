using System.Diagnostics;
using System.Text;
using Iced.Intel;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.State;
using static Iced.Intel.AssemblerRegisters;

namespace Propolis.Vmm.Tests.Hypervisor;

/// <summary>Time stops and goes on; state leaves one machine and goes on in another; a reset undoes everything.</summary>
public abstract partial class StateConformance : HypervisorConformance
{
    const ulong Apic = 0xfee00000;
    const uint KernelGsBase = 0xc0000102;

    [Fact]
    public void Time_stamp_counter_stands_still_while_time_is_paused()
    {
        Assert.SkipUnless(Hypervisor.Probe().IsHardware, "A software KVM shows the host's time-stamp counter and ignores its offset.");
        using var guest = TinyGuest.LongMode(Hypervisor, ReportTime, vcpus: 2);
        var running = Stopwatch.StartNew();
        var first = ReadTime(guest);
        Await(TimeSpan.FromMilliseconds(50));
        var second = ReadTime(guest);
        var ticksPerMs = (second - first) / running.Elapsed.TotalMilliseconds;

        guest.Machine.PauseTime();
        guest.Machine.PauseTime();
        Await(TimeSpan.FromMilliseconds(400));
        guest.Machine.ResumeTime();
        var third = ReadTime(guest);

        Assert.True(second - first >= 45 * ticksPerMs);
        Assert.InRange(third - second, 0, 200 * ticksPerMs);
    }

    [Fact]
    public void Computation_goes_on_in_another_machine()
    {
        using var source = TinyGuest.LongMode(Hypervisor, c =>
        {
            // A sum over a pseudo-random sequence, told every 1000 steps: any lost or doubled step shows.
            var step = c.CreateLabel();
            c.xor(rbx, rbx);
            c.mov(rax, 1L);
            c.mov(ecx, 5000);
            c.Label(ref step);
            c.imul(rax, rax, 0x343fd);
            c.add(rax, 0x269ec3);
            c.add(rbx, rax);
            c.dec(ecx);
            c.jnz(step);
            c.mov(__[TinyGuest.Data], rbx);
            c.@out(0x80, al);
        });
        var moves = 0;
        var machine = source;
        using var machines = new Disposables();
        while (moves < 5)
        {
            Assert.Equal(VmExitKind.Interrupted, RunFor(machine.Vcpu, TimeSpan.FromTicks(200)));
            machine = machines.Add(MoveTo(machine));
            moves++;
            machine.Vcpu.ClearKick();
            if (machine.Read<ulong>(TinyGuest.Data) != 0) break;
        }
        if (machine.Read<ulong>(TinyGuest.Data) == 0) Assert.Equal(0x80UL, machine.Run().Address);

        ulong x = 1, sum = 0;
        for (var i = 0; i < 5000; i++) sum += x = unchecked(x * 0x343fd + 0x269ec3);
        Assert.Equal(sum, machine.Read<ulong>(TinyGuest.Data));
    }

    [Fact]
    public void String_output_goes_on_in_another_machine()
    {
        using var source = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(rsi, TinyGuest.Data);
            c.mov(ecx, 40);
            c.mov(dx, 0x402);
            c.rep.outsb();
            c.@out(0x80, al);
        });
        var text = "The quick brown fox jumps over lazy dogs"u8.ToArray();
        source.Load(TinyGuest.Data, text);

        var seen = new List<byte>();
        while (seen.Count < 17) seen.AddRange(source.Run().Data);
        Finish(source, exit => seen.AddRange(exit));
        using var target = MoveTo(source);
        while (true)
        {
            var exit = target.Run();
            if (exit.Address == 0x80) break;
            seen.AddRange(exit.Data);
        }

        Assert.Equal(Encoding.ASCII.GetString(text), Encoding.ASCII.GetString([.. seen]));
    }

    [Fact]
    public void Answer_given_before_the_move_is_there_after_it()
    {
        using var source = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.xor(eax, eax);
            c.@in(al, 0x60);
            c.@out(0x80, al);
        });
        source.Run().Data[0] = 0xc3;
        Finish(source, _ => { });

        using var target = MoveTo(source);

        var exit = target.Run();
        Assert.Equal(0x80UL, exit.Address);
        Assert.Equal(0xc3, exit.Data[0]);
    }

    [Fact]
    public void Access_of_two_pages_is_finished_before_the_move()
    {
        using var source = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(rbx, 0xd0000ffcUL);
            c.mov(rax, 0x1122334455667788UL);
            c.mov(__[rbx], rax);
            c.@out(0x80, al);
        });
        var seen = new List<byte>(source.Run().Data.ToArray());
        Finish(source, exit => seen.AddRange(exit));

        using var target = MoveTo(source);

        Assert.Equal("8877665544332211", Convert.ToHexString([.. seen]));
        Assert.Equal(0x80UL, target.Run().Address);
    }

    [Fact]
    public void State_outside_a_pause_is_a_programmers_error()
    {
        using var guest = TinyGuest.Empty(Hypervisor);

        Assert.Throws<InvalidOperationException>(() => guest.Machine.ExportPlatform(new StateWriter()));
        Assert.Throws<InvalidOperationException>(() => guest.Vcpu.Export(new StateWriter()));
    }

    [Fact]
    public void Payload_that_is_cut_short_or_too_long_is_refused()
    {
        using var guest = TinyGuest.Empty(Hypervisor);
        guest.Machine.PauseTime();
        var (platform, vcpu) = Export(guest);

        Assert.Throws<StateFormatException>(() => guest.Vcpu.Import(new StateReader(vcpu.AsMemory(0, vcpu.Length - 1), "vcpu-0")));
        Assert.Throws<StateFormatException>(() => guest.Vcpu.Import(new StateReader((byte[])[.. vcpu, 0], "vcpu-0")));
        Assert.Throws<StateFormatException>(() => guest.Machine.ImportPlatform(new StateReader(platform.AsMemory(0, platform.Length - 1), "platform")));
        Assert.Throws<StateFormatException>(() => guest.Machine.ImportPlatform(new StateReader((byte[])[.. platform, 0], "platform")));
    }

    [Fact]
    public void Guest_with_a_processor_feature_that_is_missing_here_is_refused_with_its_name()
    {
        using var guest = TinyGuest.Empty(Hypervisor);
        guest.Machine.PauseTime();
        var (_, payload) = Export(guest);
        var state = VcpuPayload.Read(new StateReader(payload, "vcpu-0"));
        // Leaf 7 ECX bit 31 was never given to any feature that hypervisors pass on.
        state.Cpuid = [.. state.Cpuid.Select(e => e.Leaf == 7 && e.Subleaf is 0 or null ? e with { Ecx = e.Ecx | 1u << 31 } : e)];
        var writer = new StateWriter();
        state.Write(writer);

        var error = Assert.Throws<StateFormatException>(() => guest.Vcpu.Import(new StateReader(writer.Written.ToArray(), "vcpu-0")));

        Assert.Contains("CPUID leaf 0x7", error.Message);
        Assert.Contains("0x80000000", error.Message);
    }

    [Fact]
    public void Reset_returns_everything_to_the_state_of_creation()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c => c.ud2(), vcpus: 2);
        using var fresh = TinyGuest.Empty(Hypervisor, vcpus: 2);
        guest.Machine.Reset();
        guest.EnterLongMode();
        guest.Load(TinyGuest.Code, TinyGuest.Assemble(64, TinyGuest.Code, Disturb));
        Assert.Equal(0x80UL, guest.Run().Address);
        Finish(guest, _ => { });

        guest.Machine.PauseTime();
        guest.Machine.Reset();
        fresh.Machine.PauseTime();

        for (var id = 0; id < 2; id++) AssertSame(Capture(fresh, id), Capture(guest, id));
        var (expected, actual) = (CapturePlatform(fresh), CapturePlatform(guest));
        Assert.Equal(expected.Master, actual.Master);
        Assert.Equal(expected.Slave, actual.Slave);
        Assert.Equal(StateBytes(expected.IoApic), StateBytes(actual.IoApic));
        for (var i = 0; i < 3; i++) Assert.Equal(expected.Pit[i] with { SinceLoad = 0 }, actual.Pit[i] with { SinceLoad = 0 });
        Assert.Equal(0UL, actual.ClockNanoseconds);
        Assert.Equal(0UL, Capture(guest, 0).Tsc);
    }

    [Fact]
    public void Reset_machine_boots_again()
    {
        using var guest = TinyGuest.Reset(Hypervisor, c =>
        {
            c.mov(al, 0x5a);
            c.@out(0x80, al);
            c.mov(ax, 0x1234);
            c.mov(ds, ax);
            c.mov(al, 0xa5);
            c.@out(0x81, al);
            c.hlt();
        });
        for (var boot = 0; boot < 3; boot++)
        {
            Assert.Equal(0x5a, guest.Run().Data[0]);
            Assert.Equal(0xa5, guest.Run().Data[0]);

            guest.Machine.Reset();
        }
    }

    // Leaves its traces in every part of the platform.
    static void Disturb(Assembler c)
    {
        c.mov(rbx, Apic);
        c.mov(__dword_ptr[rbx + 0xf0], 0x1ff);
        c.mov(__dword_ptr[rbx + 0x320], 0x20040);
        c.mov(__dword_ptr[rbx + 0x380], 1000000);
        c.mov(rbx, 0xfec00000UL);
        c.mov(__dword_ptr[rbx], 0x12);
        c.mov(__dword_ptr[rbx + 0x10], 0x31);
        foreach (var (port, value) in new[] { (0x20, 0x11), (0x21, 0x48), (0x21, 4), (0x21, 1), (0x21, 0), (0x43, 0x34), (0x40, 0), (0x40, 0x10), (0x61, 3) })
        {
            c.mov(al, (byte)value);
            c.@out((byte)port, al);
        }
        c.mov(ecx, KernelGsBase);
        c.mov(eax, 77);
        c.wrmsr();
        c.mov(dr1, rax);
        EnableSse(c);
        c.movdqu(xmm7, __xmmword_ptr[TinyGuest.Code]);
        c.sti();
        c.@out(0x80, al);
    }

    static void EnableSse(Assembler c)
    {
        c.mov(rax, cr4);
        c.or(eax, 0x600);
        c.mov(cr4, rax);
    }

    static void AssertSame(VcpuPayload expected, VcpuPayload actual)
    {
        Assert.Equal(expected.Cpuid, actual.Cpuid);
        Assert.Equal(StateBytes(expected.General), StateBytes(actual.General));
        Assert.Equal(StateBytes(expected.System), StateBytes(actual.System));
        Assert.Equal(StateBytes(expected.Debug), StateBytes(actual.Debug));
        Assert.Equal(expected.Xcr0, actual.Xcr0);
        Assert.Equal(expected.Xsave, actual.Xsave);
        Assert.Equal(expected.Msrs, actual.Msrs);
        Assert.Equal(expected.Lapic, actual.Lapic);
        Assert.Equal(StateBytes(expected.Events), StateBytes(actual.Events));
        Assert.Equal(expected.RunState, actual.RunState);
    }

    static byte[] StateBytes<T>(in T value) where T : unmanaged
    {
        var writer = new StateWriter();
        StateStructure.Write(writer, value);
        return writer.Written.ToArray();
    }

    static VcpuPayload Capture(TinyGuest guest, int id)
    {
        var writer = new StateWriter();
        guest.Vcpus[id].Export(writer);
        return VcpuPayload.Read(new StateReader(writer.Written.ToArray(), "vcpu"));
    }

    static PlatformPayload CapturePlatform(TinyGuest guest)
    {
        var writer = new StateWriter();
        guest.Machine.ExportPlatform(writer);
        return PlatformPayload.Read(new StateReader(writer.Written.ToArray(), "platform"));
    }

    static (byte[] Platform, byte[] Vcpu) Export(TinyGuest guest)
    {
        StateWriter platform = new(), vcpu = new();
        guest.Machine.ExportPlatform(platform);
        guest.Vcpu.Export(vcpu);
        return (platform.Written.ToArray(), vcpu.Written.ToArray());
    }

    // Completes what is under way, as a vCPU thread does before it parks.
    static void Finish(TinyGuest guest, Action<byte[]> onExit)
    {
        while (!guest.Vcpu.Quiesce()) onExit(guest.Vcpu.Run().Data.ToArray());
    }

    TinyGuest MoveTo(TinyGuest source)
    {
        Finish(source, _ => Assert.Fail("An access came that the test did not expect."));
        source.Machine.PauseTime();
        var (platform, vcpu) = Export(source);
        var target = TinyGuest.Empty(Hypervisor);
        var memory = new byte[TinyGuest.RamLength];
        Assert.True(source.Machine.Memory.TryRead(0, memory));
        target.Load(0, memory);
        target.Machine.ImportPlatform(new StateReader(platform, "platform"));
        target.Vcpu.Import(new StateReader(vcpu, "vcpu-0"));
        target.Machine.ResumeTime();
        return target;
    }

    static VmExitKind RunFor(IVcpu vcpu, TimeSpan time)
    {
        using var timer = new Timer(_ => vcpu.Kick(), null, time, Timeout.InfiniteTimeSpan);
        var kind = vcpu.Run().Kind;
        if (kind != VmExitKind.Interrupted) vcpu.Kick();
        return VmExitKind.Interrupted;
    }

    static void ReportTime(Assembler c)
    {
        var again = c.CreateLabel();
        c.Label(ref again);
        c.rdtsc();
        c.shl(rdx, 32);
        c.or(rax, rdx);
        c.mov(__[TinyGuest.Data], rax);
        c.@out(0x80, al);
        c.jmp(again);
    }

    static double ReadTime(TinyGuest guest)
    {
        Assert.Equal(0x80UL, guest.Run().Address);
        return guest.Read<ulong>(TinyGuest.Data);
    }

    static void Await(TimeSpan time)
    {
        using var never = new ManualResetEventSlim();
        never.Wait(time);
    }

    sealed class Disposables : IDisposable
    {
        readonly List<IDisposable> _all = [];

        public T Add<T>(T one) where T : IDisposable
        {
            _all.Add(one);
            return one;
        }

        public void Dispose() => _all.ForEach(one => one.Dispose());
    }
}
