using Propolis.Vmm.Bus;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Hypervisor.Kvm;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Tests.Hypervisor;
using Propolis.Vmm.Tests.Memory;
using static Iced.Intel.AssemblerRegisters;

namespace Propolis.Vmm.Tests.Machine;

/// <summary>The vCPU thread with real guests of a few instructions.</summary>
public sealed class VcpuThreadTests : IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    readonly AddressBus _ports = new("port", 0xffff);
    readonly AddressBus _memory = new("memory", ulong.MaxValue);
    readonly ControlRecorder _control = new();
    readonly KvmHypervisor _hypervisor = new();

    public VcpuThreadTests()
    {
        var status = _hypervisor.Probe();
        Assert.SkipUnless(status.IsUsable, status.Reason);
    }

    public void Dispose() => _control.Dispose();

    [Fact]
    public void Accesses_reach_the_devices_and_answers_come_back()
    {
        using var guest = TinyGuest.LongMode(_hypervisor, c =>
        {
            c.xor(eax, eax);
            c.@in(al, 0x60);
            c.mov(rbx, 0xd0000000UL);
            c.mov(__[rbx + 4], eax);
            c.mov(edx, __[rbx + 8]);
            c.@in(ax, 0x99);
            c.@out(0x80, al);
            c.hlt();
        });
        var keyboard = new PortDevice { Answer = 0x42 };
        var chip = new PortDevice { Answer = 0x55 };
        var post = new PortDevice();
        _ports.Register(0x60, 1, keyboard);
        _ports.Register(0x80, 1, post);
        _memory.Register(0xd0000000, 0x1000, chip);
        using var thread = Start(guest);

        Assert.True(post.Written.Wait(Limit));

        Assert.Equal(["write 4 42000000", "read 8 4"], chip.Log);
        Assert.Equal(["read 0 1"], keyboard.Log);
        Assert.Equal(1, thread.Counters.Unclaimed);
        Assert.Equal(2, thread.Counters.Exits(VmExitKind.PortRead));
        Assert.Equal(1, thread.Counters.Exits(VmExitKind.MemoryRead));
        Assert.Equal(1, thread.Counters.Exits(VmExitKind.MemoryWrite));
    }

    [Fact]
    public void Paused_guest_does_nothing_and_resumed_goes_on()
    {
        using var guest = Counting();
        var post = new PortDevice();
        _ports.Register(0x80, 1, post);
        using var thread = Start(guest);
        Assert.True(post.Written.Wait(Limit));

        for (var round = 0; round < 50; round++)
        {
            thread.RequestPause();
            Assert.True(thread.WaitUntilParked(Limit));
            Assert.True(thread.IsParked);
            var before = post.Count;
            post.Written.Reset();
            guest.Vcpu.Quiesce();
            Assert.Equal(before, post.Count);
            thread.Resume();
            Assert.True(post.Written.Wait(Limit));
        }
    }

    [Fact]
    public void Pause_right_after_resume_parks_again()
    {
        using var guest = Counting();
        _ports.Register(0x80, 1, new PortDevice());
        using var thread = Start(guest);

        for (var round = 0; round < 2000; round++)
        {
            thread.RequestPause();
            Assert.True(thread.WaitUntilParked(Limit), $"round {round}");
            thread.Resume();
        }
    }

    [Fact]
    public void Halted_guest_parks_and_stops()
    {
        using var guest = TinyGuest.LongMode(_hypervisor, c => c.hlt());
        using var thread = Start(guest);

        thread.RequestPause();
        Assert.True(thread.WaitUntilParked(Limit));
        thread.Resume();

        Assert.True(thread.Stop(Limit));
        Assert.True(thread.Stop(Limit));
    }

    [Fact]
    public void Parked_thread_stops()
    {
        using var guest = TinyGuest.LongMode(_hypervisor, c => c.hlt());
        using var thread = new VcpuThread(guest.Vcpu, _ports, _memory, _control);
        Assert.True(thread.WaitUntilParked(Limit));

        Assert.True(thread.Stop(Limit));
        thread.Resume();
    }

    [Fact]
    public void Device_that_does_not_return_is_told_by_the_deadline()
    {
        using var guest = TinyGuest.LongMode(_hypervisor, c => c.@out(0x80, al));
        using var stuck = new ManualResetEventSlim();
        var post = new PortDevice { Holds = stuck };
        _ports.Register(0x80, 1, post);
        using var thread = Start(guest);
        Assert.True(post.Written.Wait(Limit));

        thread.RequestPause();
        Assert.False(thread.WaitUntilParked(TimeSpan.FromMilliseconds(20)));
        stuck.Set();

        Assert.True(thread.WaitUntilParked(Limit));
    }

    [Fact]
    public void Triple_fault_parks_and_asks_for_a_reset()
    {
        using var guest = TinyGuest.LongMode(_hypervisor, c => c.ud2());
        using var thread = Start(guest);

        Assert.True(_control.Told.Wait(Limit));
        Assert.True(thread.WaitUntilParked(Limit));

        Assert.Equal("reset: triple fault of vCPU 0", _control.Last);
    }

    [Fact]
    public void Full_collections_while_guests_run_are_not_delayed()
    {
        using var guest = Counting();
        var post = new PortDevice();
        _ports.Register(0x80, 1, post);
        using var thread = Start(guest);
        Assert.True(post.Written.Wait(Limit));

        for (var i = 0; i < 20; i++)
        {
            var before = post.Count;
            GC.Collect(2, GCCollectionMode.Forced, blocking: true);
            post.Written.Reset();
            Assert.True(post.Written.Wait(Limit), $"The guest stopped after collection {i} at {before} exits.");
        }
    }

    [Fact]
    public void Exits_allocate_nothing()
    {
        using var guest = TinyGuest.LongMode(_hypervisor, c =>
        {
            var again = c.CreateLabel();
            c.mov(rbx, 0xd0000000UL);
            c.Label(ref again);
            c.@out(0x80, al);
            c.@in(eax, 0x60);
            c.mov(__[rbx], eax);
            c.mov(eax, __[rbx + 8]);
            c.mov(ecx, 0x40000120);
            c.rdmsr();
            c.jmp(again);
        });
        _ports.Register(0x80, 1, new QuietDevice());
        _memory.Register(0xd0000000, 0x1000, new QuietDevice());
        var dispatcher = new VcpuDispatcher(_ports, _memory, new VcpuCounters());
        for (var i = 0; i < 100; i++) dispatcher.Dispatch(guest.Vcpu.Run());

        Assert.Equal(0, Allocations.Least(() =>
        {
            for (var i = 0; i < 2000; i++) dispatcher.Dispatch(guest.Vcpu.Run());
        }));
    }

    VcpuThread Start(TinyGuest guest)
    {
        var thread = new VcpuThread(guest.Vcpu, _ports, _memory, _control);
        thread.Resume();
        return thread;
    }

    TinyGuest Counting() => TinyGuest.LongMode(_hypervisor, c =>
    {
        var again = c.CreateLabel();
        c.Label(ref again);
        c.inc(al);
        c.@out(0x80, al);
        c.jmp(again);
    });

    sealed class PortDevice : IBusDevice
    {
        int _count;

        public byte Answer { get; init; }

        public ManualResetEventSlim? Holds { get; init; }

        public ManualResetEventSlim Written { get; } = new();

        public int Count => Volatile.Read(ref _count);

        public List<string> Log { get; } = [];

        public void Read(ulong offset, Span<byte> data)
        {
            Log.Add($"read {offset} {data.Length}");
            data.Fill(Answer);
        }

        public void Write(ulong offset, ReadOnlySpan<byte> data)
        {
            if (Log.Count < 10) Log.Add($"write {offset} {Convert.ToHexStringLower(data)}");
            Interlocked.Increment(ref _count);
            Written.Set();
            Holds?.Wait(Limit);
        }
    }

    sealed class QuietDevice : IBusDevice
    {
        public void Read(ulong offset, Span<byte> data) => data.Clear();

        public void Write(ulong offset, ReadOnlySpan<byte> data) { }
    }
}
