using Propolis.Vmm.Bus;
using static Iced.Intel.AssemblerRegisters;

namespace Propolis.Vmm.Tests.Hypervisor;

/// <content>What of a vCPU and of the interrupt controllers arrives in another machine.</content>
public abstract partial class StateConformance
{
    [Fact]
    public void Registers_of_every_kind_arrive()
    {
        using var source = TinyGuest.LongMode(Hypervisor, c =>
        {
            EnableSse(c);
            c.movdqu(xmm3, __xmmword_ptr[TinyGuest.Data + 64]);
            c.mov(r9, 0x9999L);
            c.mov(dr0, r9);
            c.mov(ecx, KernelGsBase);
            c.mov(eax, 0x1000);
            c.mov(edx, 0x7fff);
            c.wrmsr();
            c.mov(rbx, Apic);
            c.mov(__dword_ptr[rbx + 0xf0], 0x1ff);
            c.mov(__dword_ptr[rbx + 0x350], 0x10055);
            c.@out(0x80, al);
            c.movdqu(__xmmword_ptr[TinyGuest.Data + 32], xmm3);
            c.mov(rax, dr0);
            c.mov(__[TinyGuest.Data + 8], rax);
            c.mov(ecx, KernelGsBase);
            c.rdmsr();
            c.mov(__[TinyGuest.Data + 16], eax);
            c.mov(__[TinyGuest.Data + 20], edx);
            c.mov(eax, __[rbx + 0x350]);
            c.mov(__[TinyGuest.Data + 24], eax);
            c.@out(0x81, al);
        });
        source.Machine.Memory.TryWrite(TinyGuest.Data + 64, 0x0123456789abcdefUL);
        source.Machine.Memory.TryWrite(TinyGuest.Data + 72, 0xfedcba9876543210UL);
        Assert.Equal(0x80UL, source.Run().Address);
        Finish(source, _ => { });

        using var target = MoveTo(source);

        Assert.Equal(0x81UL, target.Run().Address);
        Assert.Equal(0x0123456789abcdefUL, target.Read<ulong>(TinyGuest.Data + 32));
        Assert.Equal(0xfedcba9876543210UL, target.Read<ulong>(TinyGuest.Data + 40));
        Assert.Equal(0x9999UL, target.Read<ulong>(TinyGuest.Data + 8));
        Assert.Equal(0x00007fff_00001000UL, target.Read<ulong>(TinyGuest.Data + 16));
        Assert.Equal(0x10055u, target.Read<uint>(TinyGuest.Data + 24));
    }

    [Fact]
    public void Memory_type_registers_arrive()
    {
        const uint firstBase = 0x200;
        const uint defaultType = 0x2ff;
        using var source = TinyGuest.LongMode(Hypervisor, c =>
        {
            foreach (var (register, value) in new[] { (firstBase, 0xc0000000u), (defaultType, 0xc06u) })
            {
                c.mov(ecx, register);
                c.mov(eax, value);
                c.xor(edx, edx);
                c.wrmsr();
            }
            c.@out(0x80, al);
            foreach (var (register, place) in new[] { (firstBase, 0u), (defaultType, 8u) })
            {
                c.mov(ecx, register);
                c.rdmsr();
                c.mov(__[TinyGuest.Data + place], eax);
            }
            c.@out(0x81, al);
        });
        Assert.Equal(0x80UL, source.Run().Address);
        Finish(source, _ => { });

        using var target = MoveTo(source);

        Assert.Equal(0x81UL, target.Run().Address);
        Assert.Equal((0xc0000000u, 0xc06u), (target.Read<uint>(TinyGuest.Data), target.Read<uint>(TinyGuest.Data + 8)));
    }

    [Fact]
    public void Interrupt_that_waits_is_delivered_after_the_move()
    {
        const ulong handler = 0x20000, descriptor = 0x8ff0;
        using var source = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.lidt(__[descriptor]);
            c.mov(rbx, Apic);
            c.mov(__dword_ptr[rbx + 0xf0], 0x1ff);
            c.@out(0x80, al);
            c.sti();
            c.nop();
            c.hlt();
        });
        source.Machine.Memory.TryWrite(descriptor, (ushort)0xfff);
        source.Machine.Memory.TryWrite(descriptor + 2, TinyGuest.Idt);
        source.SetGate(0x41, handler);
        source.Load(handler, TinyGuest.Assemble(64, handler, c => c.@out(0x81, al)));
        Assert.Equal(0x80UL, source.Run().Address);
        source.Machine.Signal(new MsiMessage(Apic, 0x41));
        Finish(source, _ => { });

        using var target = MoveTo(source);

        Assert.Equal(0x81UL, target.Run().Address);
    }

    [Fact]
    public void Interrupt_controllers_arrive()
    {
        using var source = TinyGuest.LongMode(Hypervisor, c =>
        {
            foreach (var (port, value) in new[] { (0x20, 0x11), (0x21, 0x48), (0x21, 4), (0x21, 1), (0x21, 0xa5) })
            {
                c.mov(al, (byte)value);
                c.@out((byte)port, al);
            }
            c.mov(rbx, 0xfec00000UL);
            c.mov(__dword_ptr[rbx], 0x10 + 2 * 7);
            c.mov(__dword_ptr[rbx + 0x10], 0x10067);
            c.@out(0x80, al);
            c.@in(al, 0x21);
            c.mov(__[TinyGuest.Data], al);
            c.mov(eax, __[rbx + 0x10]);
            c.mov(__[TinyGuest.Data + 4], eax);
            c.@out(0x81, al);
        });
        Assert.Equal(0x80UL, source.Run().Address);
        Finish(source, _ => { });

        using var target = MoveTo(source);

        Assert.Equal(0x81UL, target.Run().Address);
        Assert.Equal(0xa5, target.Read<byte>(TinyGuest.Data));
        Assert.Equal(0x10067u, target.Read<uint>(TinyGuest.Data + 4));
    }
}
