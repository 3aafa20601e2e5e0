using Propolis.Vmm.Bus;
using Propolis.Vmm.Hypervisor.Kvm;
using Propolis.Vmm.Machine;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Fuzz;
using Propolis.Vmm.Tests.Machine;
using static Iced.Intel.AssemblerRegisters;

namespace Propolis.Vmm.Tests.Hypervisor;

/// <summary>Random programs, random states, and everything at once: nothing that a guest or a payload holds may throw what is not promised.</summary>
public sealed class KvmFuzzTests : IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    readonly KvmHypervisor _hypervisor = new();
    readonly AddressBus _ports = new("port", 0xffff);
    readonly AddressBus _memory = new("memory", ulong.MaxValue);
    readonly ControlRecorder _control = new();

    public KvmFuzzTests()
    {
        var status = _hypervisor.Probe();
        Assert.SkipUnless(status.IsUsable, status.Reason);
    }

    public void Dispose() => _control.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Random_programs_end_in_exits_of_the_contract(bool longMode)
    {
        for (var seed = 0; seed < 60; seed++) HostileProgram.RunCode(_hypervisor, longMode, seed);
    }

    [Fact]
    public void Damaged_state_is_taken_or_refused_and_the_machine_can_still_be_reset() => HostileProgram.ImportDamaged(_hypervisor, 0, 300);

    [Fact]
    public void Pauses_interrupts_kicks_and_remapping_at_once_lose_no_step()
    {
        using var guest = TinyGuest.LongMode(_hypervisor, c =>
        {
            var again = c.CreateLabel();
            c.xor(eax, eax);
            c.mov(dx, 0x500);
            c.mov(rsi, 0xf0000000UL);
            c.Label(ref again);
            c.inc(eax);
            c.@out(dx, eax);
            c.mov(ebx, __[rsi]);
            c.jmp(again);
        });
        var rom = guest.Machine.MapRom(0xf0000000, new byte[0x1000]);
        var counter = new SequenceDevice();
        _ports.Register(0x500, 4, counter);
        using var thread = new VcpuThread(guest.Vcpu, _ports, _memory, _control);
        thread.Resume();
        using (new Storm(_ => guest.Vcpu.Kick()))
        using (new Storm(round => guest.Machine.SetInterruptLevel(round % 24, round / 24 % 2 == 0)))
        using (new Storm(round => guest.Machine.Signal(new MsiMessage(0xfee00000 | (ulong)(round % 256) << 12, (uint)(32 + round % 224)))))
        using (new Storm(round => guest.Machine.SetVisible(rom, round % 2 == 0)))
        {
            PauseMany(guest, thread);
        }
        counter.Moved.Reset();
        Assert.True(counter.Moved.Wait(Limit), $"The guest stands still at {counter.Last}; {_control.Last}");
        Assert.True(thread.Stop(Limit));

        Assert.Equal("", _control.Last);
        Assert.Equal(0, counter.Breaks);
        Assert.True(counter.Last > 100);
    }

    static void PauseMany(TinyGuest guest, VcpuThread thread)
    {
        for (var round = 0; round < 100; round++)
        {
            thread.RequestPause();
            Assert.True(thread.WaitUntilParked(Limit), $"round {round}");
            guest.Machine.PauseTime();
            var writer = new StateWriter();
            guest.Vcpu.Export(writer);
            guest.Vcpu.Import(new StateReader(writer.Written.ToArray(), "vcpu-0"));
            guest.Machine.ResumeTime();
            thread.Resume();
        }
    }

    sealed class Storm : IDisposable
    {
        readonly Thread _thread;
        volatile bool _over;

        public Storm(Action<int> strike)
        {
            _thread = new Thread(() =>
            {
                for (var round = 0; !_over; round++)
                {
                    strike(round);
                    Thread.Yield();
                }
            });
            _thread.Start();
        }

        public void Dispose()
        {
            _over = true;
            _thread.Join();
        }
    }

    sealed class SequenceDevice : IBusDevice
    {
        uint _last;

        public ManualResetEventSlim Moved { get; } = new();

        public uint Last => Volatile.Read(ref _last);

        public int Breaks { get; private set; }

        public void Read(ulong offset, Span<byte> data) => data.Clear();

        public void Write(ulong offset, ReadOnlySpan<byte> data)
        {
            var value = BitConverter.ToUInt32(data);
            if (value != _last + 1) Breaks++;
            Volatile.Write(ref _last, value);
            Moved.Set();
        }
    }
}
