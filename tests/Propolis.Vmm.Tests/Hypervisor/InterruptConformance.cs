using Iced.Intel;
using Propolis.Vmm.Bus;
using static Iced.Intel.AssemblerRegisters;

namespace Propolis.Vmm.Tests.Hypervisor;

/// <summary>Interrupts of every origin reach a handler of the guest: messages, lines, the PIT, NMIs.</summary>
public abstract class InterruptConformance : HypervisorConformance
{
    const int Vector = 0x41;
    const int NmiVector = 2;
    const ulong Handler = 0x20000;
    const ulong Apic = 0xfee00000;
    const ulong IoApic = 0xfec00000;
    const ulong IdtDescriptor = 0x8ff0;

    [Fact]
    public void Message_reaches_its_handler()
    {
        using var guest = Waiting(c => EnableApic(c), c => Report(c, endsAtApic: true));
        Assert.Equal(0x80UL, guest.Run().Address);

        guest.Machine.Signal(new MsiMessage(Apic, Vector));

        AssertHandled(guest);
    }

    [Fact]
    public void Message_outside_the_window_is_dropped()
    {
        using var guest = Waiting(c => EnableApic(c), c => Report(c, endsAtApic: true));
        Assert.Equal(0x80UL, guest.Run().Address);

        guest.Machine.Signal(new MsiMessage(0xfed00000, Vector + 1));
        guest.Machine.Signal(new MsiMessage(0x1_fee00000, Vector + 1));
        guest.Machine.Signal(new MsiMessage(Apic, Vector));

        AssertHandled(guest);
    }

    [Fact]
    public void Line_through_the_io_apic_is_level_triggered()
    {
        using var guest = Waiting(c =>
        {
            EnableApic(c);
            WriteIoApic(c, 0x10 + 20 * 2 + 1, 0);
            WriteIoApic(c, 0x10 + 20 * 2, Vector | 1 << 15);
        }, c => Report(c, endsAtApic: true));
        Assert.Equal(0x80UL, guest.Run().Address);

        guest.Machine.SetInterruptLevel(20, true);
        // Still high when the guest ends the interrupt, so it comes again.
        AssertHandled(guest);
        AssertHandled(guest);
        guest.Machine.SetInterruptLevel(20, false);
        // Ended once more after the second report, with the line low: no third one, so a message is the next thing that comes.
        guest.Machine.Signal(new MsiMessage(Apic, Vector));
        AssertHandled(guest);
    }

    [Fact]
    public void Line_through_the_pic_reaches_its_handler()
    {
        using var guest = Waiting(c => ProgramPic(c, masterMask: 0xef), c => Report(c, endsAtApic: false));
        Assert.Equal(0x80UL, guest.Run().Address);

        guest.Machine.SetInterruptLevel(4, true);
        guest.Machine.SetInterruptLevel(4, false);

        AssertHandled(guest, 0x30 + 4);
    }

    [Fact]
    public void Timer_interrupts_come_from_the_pit()
    {
        using var guest = Waiting(c =>
        {
            ProgramPic(c, masterMask: 0xfe);
            Out(c, 0x43, 0x34);
            Out(c, 0x40, 0x00);
            Out(c, 0x40, 0x10);
        }, c => Report(c, endsAtApic: false));
        Assert.Equal(0x80UL, guest.Run().Address);

        for (var tick = 0; tick < 3; tick++) AssertHandled(guest, 0x30);
    }

    [Fact]
    public void Nmi_interrupts_a_guest_with_interrupts_off()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            LoadIdt(c);
            c.@out(0x80, al);
            Loop(c);
        });
        guest.SetGate(NmiVector, Handler);
        guest.Load(Handler, TinyGuest.Assemble(64, Handler, c =>
        {
            c.mov(al, NmiVector);
            c.@out(0x81, al);
            c.iretq();
        }));
        Prepare(guest);
        Assert.Equal(0x80UL, guest.Run().Address);

        guest.Vcpu.InjectNmi();

        AssertHandled(guest, NmiVector);
    }

    [Fact]
    public void Nmi_wakes_a_halted_guest_from_another_thread()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            LoadIdt(c);
            c.@out(0x80, al);
            c.hlt();
        });
        guest.SetGate(NmiVector, Handler);
        guest.Load(Handler, TinyGuest.Assemble(64, Handler, c =>
        {
            c.mov(al, NmiVector);
            c.@out(0x81, al);
            c.iretq();
        }));
        Prepare(guest);
        Assert.Equal(0x80UL, guest.Run().Address);

        var sender = new Thread(() => guest.Vcpu.InjectNmi());
        sender.Start();

        AssertHandled(guest, NmiVector);
        sender.Join();
    }

    // A guest that sets up its interrupt controllers, says so at port 0x80, and then sleeps with interrupts on.
    TinyGuest Waiting(Action<Assembler> setUp, Action<Assembler> handler)
    {
        var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            LoadIdt(c);
            setUp(c);
            c.@out(0x80, al);
            c.sti();
            var sleep = c.CreateLabel();
            c.Label(ref sleep);
            c.hlt();
            c.jmp(sleep);
        });
        for (var vector = 0x30; vector < 0x50; vector++)
        {
            var address = Handler + (ulong)vector * 0x100;
            guest.SetGate(vector, address);
            guest.Load(address, TinyGuest.Assemble(64, address, c =>
            {
                c.mov(al, (byte)vector);
                handler(c);
            }));
        }
        Prepare(guest);
        return guest;
    }

    static void AssertHandled(TinyGuest guest, int vector = Vector)
    {
        var exit = guest.Run();
        Assert.Equal(0x81UL, exit.Address);
        Assert.Equal(vector, exit.Data[0]);
    }

    static void Prepare(TinyGuest guest)
    {
        guest.Machine.Memory.TryWrite(IdtDescriptor, (ushort)0xfff);
        guest.Machine.Memory.TryWrite(IdtDescriptor + 2, TinyGuest.Idt);
    }

    static void LoadIdt(Assembler c) => c.lidt(__[IdtDescriptor]);

    static void Report(Assembler c, bool endsAtApic)
    {
        c.@out(0x81, al);
        if (endsAtApic)
        {
            c.mov(rbx, Apic + 0xb0);
            c.mov(__dword_ptr[rbx], 0);
        }
        else
        {
            Out(c, 0x20, 0x20);
        }
        c.iretq();
    }

    static void EnableApic(Assembler c)
    {
        c.mov(rbx, Apic + 0xf0);
        c.mov(__dword_ptr[rbx], 0x1ff);
    }

    static void WriteIoApic(Assembler c, int register, int value)
    {
        c.mov(rbx, IoApic);
        c.mov(__dword_ptr[rbx], register);
        c.mov(__dword_ptr[rbx + 0x10], value);
    }

    // Both 8259s, vectors from 0x30; edge triggered; LINT0 of the local APIC passes them on after reset.
    static void ProgramPic(Assembler c, int masterMask)
    {
        foreach (var (port, value) in new[] { (0x20, 0x11), (0xa0, 0x11), (0x21, 0x30), (0xa1, 0x38), (0x21, 4), (0xa1, 2), (0x21, 1), (0xa1, 1), (0x21, masterMask), (0xa1, 0xff) })
            Out(c, port, value);
    }

    static void Out(Assembler c, int port, int value)
    {
        c.mov(al, (byte)value);
        c.@out((byte)port, al);
    }

    static void Loop(Assembler c)
    {
        var here = c.CreateLabel();
        c.Label(ref here);
        c.pause();
        c.jmp(here);
    }
}
