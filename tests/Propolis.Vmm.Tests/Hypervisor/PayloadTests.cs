using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Hypervisor.Kvm;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Tests.Hypervisor;

/// <summary>The neutral payloads: their layout is frozen, they survive the way through KVM's structures, and damage is told.</summary>
public sealed class PayloadTests
{
    [Fact]
    public void Layouts_are_frozen()
    {
        Assert.Equal(144, Unsafe.SizeOf<GeneralRegisters>());
        Assert.Equal(20, Unsafe.SizeOf<SegmentRegister>());
        Assert.Equal(280, Unsafe.SizeOf<SystemRegisters>());
        Assert.Equal(48, Unsafe.SizeOf<DebugRegisters>());
        Assert.Equal(16, Unsafe.SizeOf<PendingEvents>());
        Assert.Equal(12, Unsafe.SizeOf<MsrValue>());
        Assert.Equal(16, Unsafe.SizeOf<PicState>());
        Assert.Equal(216, Unsafe.SizeOf<IoApicState>());
        Assert.Equal(24, Unsafe.SizeOf<PitChannelState>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void General_registers_survive_kvms_form(int seed)
    {
        var value = Random<GeneralRegisters>(seed);

        Assert.Equal(Bytes(value), Bytes(KvmVcpuTranslation.ToNeutral(KvmVcpuTranslation.ToKvm(value))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void System_registers_survive_kvms_form(int seed)
    {
        var value = Random<SystemRegisters>(seed);
        // Only what the fields can hold: 16-bit limits, the descriptor's bits, one flag.
        value.GdtLimit &= 0xffff;
        value.IdtLimit &= 0xffff;
        value.HasPageDirectoryPointers &= 1;
        foreach (ref var segment in MemoryMarshal.CreateSpan(ref value.Cs, 8))
        {
            segment.Access &= 0x1f0ff;
            segment.Reserved = 0;
        }

        Assert.Equal(Bytes(value), Bytes(KvmVcpuTranslation.ToNeutral(KvmVcpuTranslation.ToKvm(value))));
    }

    [Fact]
    public void Debug_registers_survive_kvms_form()
    {
        var value = Random<DebugRegisters>(4);

        Assert.Equal(Bytes(value), Bytes(KvmVcpuTranslation.ToNeutral(KvmVcpuTranslation.ToKvm(value))));
    }

    [Fact]
    public void Events_survive_kvms_form_but_for_a_pending_exception_that_becomes_an_injected_one()
    {
        var value = Random<PendingEvents>(5) with { ExceptionInjected = 0, ExceptionPending = 1 };

        var back = KvmVcpuTranslation.ToNeutral(KvmVcpuTranslation.ToKvm(value));

        Assert.Equal(Bytes(value with { ExceptionInjected = 1, ExceptionPending = 0 }), Bytes(back));
    }

    [Fact]
    public void Interrupt_controllers_survive_kvms_form()
    {
        var pic = Random<PicState>(6);
        var ioApic = Random<IoApicState>(7) with { Reserved = 0 };

        Assert.Equal(Bytes(pic), Bytes(KvmPlatformTranslation.ToNeutral(KvmPlatformTranslation.ToKvm(pic))));
        Assert.Equal(Bytes(ioApic), Bytes(KvmPlatformTranslation.ToNeutral(KvmPlatformTranslation.ToKvm(ioApic))));
    }

    [Fact]
    public void Pit_counts_on_from_where_it_was_on_a_host_with_another_uptime()
    {
        var channel = new PitChannelState { Count = 0x1000, Mode = 2, Gate = 1, SinceLoad = 5_000 };

        var kernel = KvmPlatformTranslation.ToKvm(channel, now: 1_000_000);
        var later = KvmPlatformTranslation.ToNeutral(kernel, now: 1_000_700);

        Assert.Equal(995_000, kernel.CountLoadTime);
        Assert.Equal(5_700UL, later.SinceLoad);
        Assert.Equal(0UL, KvmPlatformTranslation.ToNeutral(kernel, now: 3).SinceLoad);
    }

    [Fact]
    public void Vcpu_payload_reads_back()
    {
        var payload = Sample(8);
        var bytes = Bytes(payload);

        var back = VcpuPayload.Read(new StateReader(bytes, "vcpu-0"));

        Assert.Equal(bytes, Bytes(back));
        Assert.Equal(payload.Cpuid, back.Cpuid);
        Assert.Equal(payload.Msrs, back.Msrs);
    }

    [Fact]
    public void Vcpu_payload_cut_anywhere_is_told()
    {
        var bytes = Bytes(Sample(9));

        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<StateFormatException>(() => VcpuPayload.Read(new StateReader(bytes.AsMemory(0, length), "vcpu-0")));
    }

    [Fact]
    public void Damaged_payloads_are_read_or_refused_but_never_crash()
    {
        var bytes = Bytes(Sample(10));
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var damaged = bytes.ToArray();
            for (var i = random.Next(1, 8); i > 0; i--) damaged[random.Next(damaged.Length)] = (byte)random.Next();
            try
            {
                VcpuPayload.Read(new StateReader(damaged, "vcpu-0"));
            }
            catch (StateFormatException error)
            {
                Assert.StartsWith("vcpu-0: ", error.Message);
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}: {error}");
            }
        }
    }

    [Fact]
    public void Absurd_counts_are_refused_before_memory_is_taken()
    {
        var writer = new StateWriter();
        writer.Write(int.MaxValue);

        var error = Assert.Throws<StateFormatException>(() => VcpuPayload.Read(new StateReader(writer.Written.ToArray(), "vcpu-0")));

        Assert.Contains("at most 256", error.Message);
    }

    [Theory]
    [InlineData(100UL, 350UL, 250UL)]
    [InlineData(350UL, 100UL, 0UL)]
    [InlineData(7UL, 7UL, 0UL)]
    public void Wall_clock_never_runs_backwards(ulong frozenAt, ulong now, ulong expected) => Assert.Equal(expected, WallClockRules.Elapsed(frozenAt, now));

    [Fact]
    public void Ticks_of_years_do_not_overflow()
    {
        const ulong tenYears = 315_360_000_000_000_000;

        Assert.Equal(tenYears / 1000 * 2596, WallClockRules.Ticks(tenYears, 2_596_000));
        Assert.Equal(2_596_094UL, WallClockRules.Ticks(1_000_000, 2_596_094));
    }

    [Theory]
    [InlineData("processor\t: 0\nflags\t\t: fpu vme svm lm", true)]
    [InlineData("flags : fpu vmx", true)]
    [InlineData("flags\t\t: fpu svm_lock vmxoff", false)]
    [InlineData("model name\t: vmx", false)]
    public void Hardware_virtualization_is_a_flag_of_its_own(string cpuinfo, bool expected) =>
        Assert.Equal(expected, KvmHypervisor.HasVirtualization(cpuinfo.Split('\n')));

    [Fact]
    public void Missing_rights_are_explained_with_the_group()
    {
        Assert.Contains("group kvm", KvmHypervisor.ExplainOpenFailure(13));
        Assert.Contains("kvm_intel or kvm_amd", KvmHypervisor.ExplainOpenFailure(2));
        Assert.Contains("errno 24", KvmHypervisor.ExplainOpenFailure(24));
    }

    static VcpuPayload Sample(int seed)
    {
        var random = new Random(seed);
        var xsave = new byte[2696];
        var lapic = new byte[1024];
        random.NextBytes(xsave);
        random.NextBytes(lapic);
        return new VcpuPayload
        {
            Cpuid = [new(0, null, 1, 2, 3, 4), new(7, 0, 5, 6, 7, 8), new(7, 1, 9, 10, 11, 12)],
            TscKhz = 2_596_094,
            Tsc = 12345678901234,
            TscDeadline = 99,
            General = Random<GeneralRegisters>(seed),
            System = Random<SystemRegisters>(seed),
            Debug = Random<DebugRegisters>(seed),
            Xcr0 = 7,
            Xsave = xsave,
            Msrs = [new(0x174, 8), new(0xc0000081, ulong.MaxValue)],
            Lapic = lapic,
            Events = Random<PendingEvents>(seed),
            RunState = VcpuRunState.Halted,
        };
    }

    static T Random<T>(int seed) where T : unmanaged
    {
        T value = default;
        new Random(seed).NextBytes(MemoryMarshal.AsBytes(new Span<T>(ref value)));
        return value;
    }

    static byte[] Bytes<T>(T value) where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();

    static byte[] Bytes(VcpuPayload payload)
    {
        var writer = new StateWriter();
        payload.Write(writer);
        return writer.Written.ToArray();
    }
}
