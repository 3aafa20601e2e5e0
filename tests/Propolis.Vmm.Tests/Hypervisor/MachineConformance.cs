using Iced.Intel;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Io;
using Propolis.Vmm.Memory;
using static Iced.Intel.AssemblerRegisters;

namespace Propolis.Vmm.Tests.Hypervisor;

/// <summary>Kicks, doorbells, dirty pages, several processors, CPUID.</summary>
public abstract class MachineConformance : HypervisorConformance
{
    const ulong Apic = 0xfee00000;
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public void Kick_ends_a_run_that_spins()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, Spin);

        AssertKickEndsRun(guest.Vcpu);
    }

    [Fact]
    public void Kick_ends_a_run_that_halts()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c => c.hlt());

        AssertKickEndsRun(guest.Vcpu);
    }

    [Fact]
    public void Kick_before_the_run_holds_until_it_is_cleared()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(al, 7);
            c.@out(0x80, al);
        });

        guest.Vcpu.Kick();

        Assert.Equal(VmExitKind.Interrupted, guest.Vcpu.Run().Kind);
        Assert.Equal(VmExitKind.Interrupted, guest.Vcpu.Run().Kind);
        guest.Vcpu.ClearKick();
        Assert.Equal(VmExitKind.PortWrite, guest.Run().Kind);
    }

    [Fact]
    public void Kick_does_not_lose_an_access_under_way()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.@in(al, 0x60);
            c.@out(0x80, al);
        });

        guest.Run().Data[0] = 0x77;
        guest.Vcpu.Kick();
        Assert.Equal(VmExitKind.Interrupted, guest.Vcpu.Run().Kind);
        guest.Vcpu.ClearKick();

        Assert.Equal(0x77, guest.Run().Data[0]);
    }

    [Theory]
    [InlineData(true, 0x5000UL)]
    [InlineData(false, 0xd0000000UL)]
    public void Doorbell_signals_its_event_without_an_exit(bool isPort, ulong address)
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(eax, 3);
            if (isPort)
            {
                c.mov(dx, (short)address);
                c.@out(dx, ax);
            }
            else
            {
                c.mov(rbx, address);
                c.mov(__[rbx], ax);
            }
            c.@out(0x80, al);
        });
        using var thread = new IoThread("doorbell");
        using var rung = new ManualResetEventSlim();
        using var bell = thread.AddEvent(rung.Set);

        Assert.True(guest.Machine.TryBindDoorbell(new DoorbellAddress(isPort, address, 2, null), bell.Descriptor, out var binding));
        var exit = guest.Run();

        Assert.Equal(0x80UL, exit.Address);
        Assert.True(rung.Wait(Limit));
        binding!.Dispose();
        binding.Dispose();
    }

    [Fact]
    public void Doorbell_with_a_value_leaves_other_values_as_exits()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(dx, 0x5000);
            c.mov(eax, 1);
            c.@out(dx, ax);
            c.mov(eax, 2);
            c.@out(dx, ax);
        });
        using var thread = new IoThread("doorbell");
        using var rung = new ManualResetEventSlim();
        using var bell = thread.AddEvent(rung.Set);
        Assert.True(guest.Machine.TryBindDoorbell(new DoorbellAddress(true, 0x5000, 2, 1), bell.Descriptor, out var binding));
        using var _ = binding;

        var exit = guest.Run();

        Assert.Equal(0x5000UL, exit.Address);
        Assert.Equal(2, exit.Data[0]);
        Assert.True(rung.Wait(Limit));
    }

    [Fact]
    public void Unbound_doorbell_is_an_exit_again()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(dx, 0x5000);
            c.@out(dx, ax);
        });
        using var thread = new IoThread("doorbell");
        using var bell = thread.AddEvent(() => Assert.Fail("rang"));
        Assert.True(guest.Machine.TryBindDoorbell(new DoorbellAddress(true, 0x5000, 2, null), bell.Descriptor, out var binding));

        binding!.Dispose();

        Assert.Equal(0x5000UL, guest.Run().Address);
    }

    [Fact]
    public void Port_doorbell_of_any_width_is_refused()
    {
        using var guest = TinyGuest.Empty(Hypervisor);
        using var thread = new IoThread("doorbell");
        using var bell = thread.AddEvent(() => { });

        Assert.False(guest.Machine.TryBindDoorbell(new DoorbellAddress(true, 0x5000, 0, null), bell.Descriptor, out var binding));
        Assert.Null(binding);
    }

    [Fact]
    public void Dirty_pages_are_the_guests_writes_and_our_own_once()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(rbx, TinyGuest.Data + 0x5008);
            c.mov(__dword_ptr[rbx], 1);
            c.mov(eax, __[TinyGuest.Data + 0x7000]);
            c.@out(0x80, al);
            c.mov(rbx, TinyGuest.Data + 0x9ffc);
            c.mov(__qword_ptr[rbx], 1);
            c.@out(0x80, al);
        });
        var ram = guest.Machine.Memory.Regions[0];
        guest.Machine.TrackDirtyPages(true);
        Collect(guest, ram);

        guest.Run();
        guest.Machine.Memory.TryWrite(TinyGuest.Data + 0x20000, (byte)1);
        var first = Collect(guest, ram);
        guest.Run();
        var second = Collect(guest, ram);

        // A page that was only read may count as dirty (the kernel maps it writable at once); one that was not touched may not.
        Assert.Equal([5, 0x20], first.Where(page => page != 7));
        Assert.Equal([9, 10], second.Where(page => page != 7));
        Assert.Empty(Collect(guest, ram));
    }

    [Fact]
    public void Ends_of_tracking_and_of_visibility_lose_no_dirty_page()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(rbx, TinyGuest.RamLength);
            c.mov(__dword_ptr[rbx + 0x3000], 1);
            c.@out(0x80, al);
            c.mov(__dword_ptr[rbx + 0x4000], 1);
            c.@out(0x80, al);
        });
        var second = guest.Machine.MapRam(TinyGuest.RamLength, 1 << 20);
        guest.Machine.TrackDirtyPages(true);
        guest.Machine.CollectDirtyPages(second, new ulong[second.Dirty.WordCount]);

        guest.Run();
        guest.Machine.SetVisible(second, false);
        guest.Machine.SetVisible(second, true);
        guest.Run();
        guest.Machine.TrackDirtyPages(false);
        var bitmap = new ulong[second.Dirty.WordCount];
        guest.Machine.CollectDirtyPages(second, bitmap);

        Assert.Equal(0b11000UL, bitmap[0]);
    }

    [Fact]
    public void Second_processor_starts_by_init_and_sipi()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(rbx, Apic);
            c.mov(__dword_ptr[rbx + 0xf0], 0x1ff);
            SendIpi(c, 0x4500);
            SendIpi(c, 0x4630);
            Spin(c);
        }, vcpus: 2);
        guest.Load(0x30000, TinyGuest.Assemble(16, 0, c =>
        {
            c.mov(al, 0x99);
            c.@out(0x85, al);
            c.hlt();
        }));
        var boot = new Thread(() =>
        {
            while (guest.Vcpus[0].Run().Kind != VmExitKind.Interrupted) { }
        });
        boot.Start();

        var exit = guest.Run(1);
        guest.Vcpus[0].Kick();
        boot.Join();

        Assert.Equal(VmExitKind.PortWrite, exit.Kind);
        Assert.Equal(0x85UL, exit.Address);
        Assert.Equal(0x99, exit.Data[0]);
    }

    [Fact]
    public void Second_processor_waits_until_it_is_kicked()
    {
        using var guest = TinyGuest.Empty(Hypervisor, vcpus: 2);

        AssertKickEndsRun(guest.Vcpus[1]);
    }

    [Fact]
    public void Cpuid_tells_each_processor_who_it_is()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(eax, 1);
            c.cpuid();
            c.mov(__[TinyGuest.Data], rbx);
            c.mov(__[TinyGuest.Data + 8], rcx);
            c.mov(eax, 0x40000000);
            c.cpuid();
            c.mov(__[TinyGuest.Data + 16], rbx);
            c.@out(0x80, al);
        }, vcpus: 3);

        Assert.Equal(VmExitKind.PortWrite, guest.Run().Kind);

        var ebx = guest.Read<uint>(TinyGuest.Data);
        Assert.Equal(0u, ebx >> 24);
        Assert.Equal(3u, ebx >> 16 & 0xff);
        Assert.NotEqual(0u, guest.Read<uint>(TinyGuest.Data + 8) & 1u << 31);
        Assert.NotEqual(0u, guest.Read<uint>(TinyGuest.Data + 16));
    }

    [Fact]
    public void Explicit_cpuid_replaces_the_hosts()
    {
        CpuidEntry[] list = [new(0, null, 1, 0x6f72506f, 0x21212121, 0x6c6f7069), new(1, null, 0x00800f12, 0, 0x80202001, 0x078bfbff), new(0x80000000, null, 0x80000001, 0, 0, 0), new(0x80000001, null, 0, 0, 0, 0x20100800)];
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(eax, 0);
            c.cpuid();
            c.mov(__[TinyGuest.Data], rbx);
            c.mov(eax, 1);
            c.cpuid();
            c.mov(__[TinyGuest.Data + 8], rax);
            c.@out(0x80, al);
        }, cpuid: list);

        Assert.Equal(VmExitKind.PortWrite, guest.Run().Kind);

        Assert.Equal(0x6f72506fU, guest.Read<uint>(TinyGuest.Data));
        Assert.Equal(0x00800f12U, guest.Read<uint>(TinyGuest.Data + 8));
    }

    [Fact]
    public void Memory_that_overlaps_is_refused()
    {
        using var guest = TinyGuest.Empty(Hypervisor);

        Assert.Throws<ArgumentException>(() => guest.Machine.MapRam(TinyGuest.RamLength - 0x1000, 0x2000));
    }

    static void AssertKickEndsRun(IVcpu vcpu)
    {
        using var left = new ManualResetEventSlim();
        var kind = VmExitKind.Failed;
        var runner = new Thread(() =>
        {
            kind = vcpu.Run().Kind;
            left.Set();
        });
        runner.Start();
        Assert.False(left.Wait(TimeSpan.FromMilliseconds(30)));

        vcpu.Kick();

        Assert.True(left.Wait(Limit));
        runner.Join();
        Assert.Equal(VmExitKind.Interrupted, kind);
    }

    [Fact]
    public async Task What_the_processors_are_can_be_asked_while_one_of_them_halts()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c => c.hlt(), vcpus: 1);
        var runner = new Thread(() => guest.Vcpu.Run());
        runner.Start();

        var traits = await Task.Run(() => guest.Machine.Traits).WaitAsync(Limit);

        Assert.NotEqual(0u, traits.TscKhz);
        Assert.NotEmpty(traits.GuestCpuid);
        Assert.Null(CpuidRules.FindObstacle(traits.GuestCpuid, traits.HostCpuid));
        guest.Vcpu.Kick();
        Assert.True(runner.Join(Limit));
    }

    static List<int> Collect(TinyGuest guest, MemoryRegion ram)
    {
        var bitmap = new ulong[ram.Dirty.WordCount];
        guest.Machine.CollectDirtyPages(ram, bitmap);
        var pages = new List<int>();
        const int first = (int)(TinyGuest.Data / DirtyBitmap.PageSize);
        for (var page = first; page < bitmap.Length * 64; page++)
        {
            if ((bitmap[page / 64] >> (page % 64) & 1) != 0) pages.Add(page - first);
        }
        return pages;
    }

    static void SendIpi(Assembler c, int command)
    {
        c.mov(rbx, Apic);
        c.mov(__dword_ptr[rbx + 0x310], 1 << 24);
        c.mov(__dword_ptr[rbx + 0x300], command);
    }

    static void Spin(Assembler c)
    {
        var here = c.CreateLabel();
        c.Label(ref here);
        c.pause();
        c.jmp(here);
    }
}
