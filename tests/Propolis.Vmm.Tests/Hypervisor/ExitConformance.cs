using System.Buffers.Binary;
using Propolis.Vmm.Hypervisor;
using static Iced.Intel.AssemblerRegisters;

namespace Propolis.Vmm.Tests.Hypervisor;

/// <summary>Exits: ports, memory without backing, ROM, hidden regions, unknown MSRs, triple faults.</summary>
public abstract class ExitConformance : HypervisorConformance
{
    const ulong Mmio = 0xd0000000;
    const uint UnknownMsr = 0x40000120;

    [Fact]
    public void Out_of_every_width_reaches_user_space()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(eax, 0x44332211);
            c.mov(dx, 0x3f8);
            c.@out(dx, al);
            c.@out(dx, ax);
            c.@out(dx, eax);
            c.hlt();
        });

        foreach (var expected in new[] { "11", "1122", "11223344" })
        {
            var exit = guest.Run();

            Assert.Equal(VmExitKind.PortWrite, exit.Kind);
            Assert.Equal(0x3f8UL, exit.Address);
            Assert.Equal(1, exit.Count);
            Assert.Equal(expected.Length / 2, exit.Size);
            Assert.Equal(expected, Convert.ToHexString(exit.Data));
        }
    }

    [Fact]
    public void In_of_every_width_gets_the_answer_and_keeps_the_rest_of_the_register()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(rax, -1L);
            c.mov(dx, 0x60);
            c.@in(al, dx);
            c.mov(__[TinyGuest.Data], rax);
            c.@in(ax, dx);
            c.mov(__[TinyGuest.Data + 8], rax);
            c.@in(eax, dx);
            c.mov(__[TinyGuest.Data + 16], rax);
            c.@out(0x80, al);
        });

        foreach (var width in new[] { 1, 2, 4 })
        {
            var exit = guest.Run();
            Assert.Equal(VmExitKind.PortRead, exit.Kind);
            Assert.Equal(width, exit.Size);
            for (var i = 0; i < width; i++) exit.Data[i] = (byte)(0x11 * (i + 1));
        }
        Assert.Equal(VmExitKind.PortWrite, guest.Run().Kind);

        Assert.Equal(0xffffffffffffff11, guest.Read<ulong>(TinyGuest.Data));
        Assert.Equal(0xffffffffffff2211, guest.Read<ulong>(TinyGuest.Data + 8));
        Assert.Equal(0x44332211UL, guest.Read<ulong>(TinyGuest.Data + 16));
    }

    [Fact]
    public void String_output_arrives_whole_and_in_order()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(rsi, TinyGuest.Data);
            c.mov(ecx, 100);
            c.mov(dx, 0x402);
            c.rep.outsb();
            c.@out(0x80, al);
        });
        var text = Enumerable.Range(0, 100).Select(i => (byte)(i * 3)).ToArray();
        guest.Load(TinyGuest.Data, text);

        var seen = new List<byte>();
        while (true)
        {
            var exit = guest.Run();
            Assert.Equal(VmExitKind.PortWrite, exit.Kind);
            if (exit.Address == 0x80) break;
            Assert.Equal(1, exit.Size);
            Assert.Equal(exit.Count, exit.Data.Length);
            seen.AddRange(exit.Data);
        }

        Assert.Equal(text, seen);
    }

    [Fact]
    public void String_input_stores_what_user_space_answers()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(rdi, TinyGuest.Data);
            c.mov(ecx, 50);
            c.mov(dx, 0x1f0);
            c.rep.insw();
            c.@out(0x80, al);
        });

        ushort next = 1000;
        while (true)
        {
            var exit = guest.Run();
            if (exit.Kind == VmExitKind.PortWrite) break;
            Assert.Equal(VmExitKind.PortRead, exit.Kind);
            Assert.Equal(2, exit.Size);
            for (var i = 0; i < exit.Count; i++) BinaryPrimitives.WriteUInt16LittleEndian(exit.Data[(i * 2)..], next++);
        }

        Assert.Equal(1050, next);
        for (var i = 0; i < 50; i++) Assert.Equal(1000 + i, guest.Read<ushort>(TinyGuest.Data + (ulong)i * 2));
    }

    [Fact]
    public void Store_without_memory_reaches_user_space_in_every_width()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(rbx, Mmio);
            c.mov(rax, 0x8877665544332211);
            c.mov(__[rbx], al);
            c.mov(__[rbx + 2], ax);
            c.mov(__[rbx + 4], eax);
            c.mov(__[rbx + 8], rax);
        });

        foreach (var (offset, expected) in new[] { (0UL, "11"), (2UL, "1122"), (4UL, "11223344"), (8UL, "1122334455667788") })
        {
            var exit = guest.Run();

            Assert.Equal(VmExitKind.MemoryWrite, exit.Kind);
            Assert.Equal(Mmio + offset, exit.Address);
            Assert.Equal(expected, Convert.ToHexString(exit.Data));
        }
    }

    [Fact]
    public void Load_without_memory_gets_the_answer_in_every_width()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(rbx, Mmio);
            c.movzx(eax, __byte_ptr[rbx]);
            c.mov(__[TinyGuest.Data], rax);
            c.movzx(eax, __word_ptr[rbx]);
            c.mov(__[TinyGuest.Data + 8], rax);
            c.mov(eax, __[rbx]);
            c.mov(__[TinyGuest.Data + 16], rax);
            c.mov(rax, __[rbx]);
            c.mov(__[TinyGuest.Data + 24], rax);
            c.@out(0x80, al);
        });

        foreach (var width in new[] { 1, 2, 4, 8 })
        {
            var exit = guest.Run();
            Assert.Equal(VmExitKind.MemoryRead, exit.Kind);
            Assert.Equal(width, exit.Size);
            for (var i = 0; i < width; i++) exit.Data[i] = (byte)(0x11 * (i + 1));
        }
        Assert.Equal(VmExitKind.PortWrite, guest.Run().Kind);

        ulong[] expected = [0x11, 0x2211, 0x44332211, 0x8877665544332211];
        for (var i = 0; i < 4; i++) Assert.Equal(expected[i], guest.Read<ulong>(TinyGuest.Data + (ulong)i * 8));
    }

    [Fact]
    public void Read_modify_write_without_memory_is_a_read_then_a_write()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(rbx, Mmio);
            c.or(__dword_ptr[rbx], 0x10);
            c.@out(0x80, al);
        });

        var read = guest.Run();
        Assert.Equal(VmExitKind.MemoryRead, read.Kind);
        BinaryPrimitives.WriteUInt32LittleEndian(read.Data, 0x203);
        var write = guest.Run();

        Assert.Equal(VmExitKind.MemoryWrite, write.Kind);
        Assert.Equal(0x213u, BinaryPrimitives.ReadUInt32LittleEndian(write.Data));
        Assert.Equal(VmExitKind.PortWrite, guest.Run().Kind);
    }

    [Fact]
    public void Rom_is_read_without_an_exit_and_a_write_to_it_exits_and_changes_nothing()
    {
        const ulong rom = 0xf0000000;
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(rbx, rom);
            c.mov(rax, __[rbx + 0x1000]);
            c.mov(__[TinyGuest.Data], rax);
            c.mov(__dword_ptr[rbx + 0x1000], 0x1234);
            c.mov(rax, __[rbx + 0x1000]);
            c.mov(__[TinyGuest.Data + 8], rax);
            c.@out(0x80, al);
        });
        var contents = new byte[0x2000];
        BinaryPrimitives.WriteUInt64LittleEndian(contents.AsSpan(0x1000), 0xfeedface01020304);
        guest.Machine.MapRom(rom, contents);

        var write = guest.Run();
        Assert.Equal(VmExitKind.MemoryWrite, write.Kind);
        Assert.Equal(rom + 0x1000, write.Address);
        Assert.Equal("34120000", Convert.ToHexString(write.Data));
        Assert.Equal(VmExitKind.PortWrite, guest.Run().Kind);

        Assert.Equal(0xfeedface01020304, guest.Read<ulong>(TinyGuest.Data));
        Assert.Equal(0xfeedface01020304, guest.Read<ulong>(TinyGuest.Data + 8));
        Assert.False(guest.Machine.Memory.IsRam(rom, 8));
    }

    [Fact]
    public void Hidden_region_leaves_the_guest_and_keeps_its_contents()
    {
        const ulong flash = 0xf0000000;
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            var again = c.CreateLabel();
            c.mov(rbx, flash);
            c.Label(ref again);
            c.mov(eax, __[rbx]);
            c.@out(0x80, eax);
            c.jmp(again);
        });
        var contents = new byte[0x1000];
        BinaryPrimitives.WriteUInt32LittleEndian(contents, 0xabcd0123);
        var region = guest.Machine.MapRom(flash, contents);

        Assert.Equal(0xabcd0123, BinaryPrimitives.ReadUInt32LittleEndian(guest.Run().Data));
        guest.Machine.SetVisible(region, false);
        var hidden = guest.Run();
        Assert.Equal(VmExitKind.MemoryRead, hidden.Kind);
        Assert.Equal(flash, hidden.Address);
        BinaryPrimitives.WriteUInt32LittleEndian(hidden.Data, 0x80808080);
        Assert.Equal(0x80808080, BinaryPrimitives.ReadUInt32LittleEndian(guest.Run().Data));
        guest.Machine.SetVisible(region, true);
        guest.Machine.SetVisible(region, true);

        Assert.Equal(0xabcd0123, BinaryPrimitives.ReadUInt32LittleEndian(guest.Run().Data));
    }

    [Fact]
    public void Unknown_msr_is_read_and_written_in_user_space()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(ecx, UnknownMsr);
            c.mov(eax, 0x1111);
            c.mov(edx, 0x2222);
            c.wrmsr();
            c.rdmsr();
            c.shl(rdx, 32);
            c.or(rax, rdx);
            c.mov(__[TinyGuest.Data], rax);
            c.@out(0x80, al);
        });

        var write = guest.Run();
        Assert.Equal(VmExitKind.MsrWrite, write.Kind);
        Assert.Equal(UnknownMsr, write.Address);
        Assert.Equal(0x0000222200001111UL, BinaryPrimitives.ReadUInt64LittleEndian(write.Data));
        var read = guest.Run();
        Assert.Equal(VmExitKind.MsrRead, read.Kind);
        Assert.Equal(UnknownMsr, read.Address);
        Assert.Equal(0UL, BinaryPrimitives.ReadUInt64LittleEndian(read.Data));
        BinaryPrimitives.WriteUInt64LittleEndian(read.Data, 0x123456789);
        Assert.Equal(VmExitKind.PortWrite, guest.Run().Kind);

        Assert.Equal(0x123456789UL, guest.Read<ulong>(TinyGuest.Data));
    }

    [Fact]
    public void Fault_without_handlers_is_a_triple_fault()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c => c.ud2());

        Assert.Equal(VmExitKind.TripleFault, guest.Run().Kind);
    }

    [Fact]
    public void Reset_vector_runs_16_bit_code_from_rom()
    {
        using var guest = TinyGuest.Reset(Hypervisor, c =>
        {
            c.mov(al, 0x5a);
            c.@out(0x80, al);
            c.hlt();
        });

        var exit = guest.Run();

        Assert.Equal(VmExitKind.PortWrite, exit.Kind);
        Assert.Equal(0x5a, exit.Data[0]);
    }

    [Fact]
    public void Long_mode_entry_has_the_registers_it_was_given()
    {
        using var guest = TinyGuest.LongMode(Hypervisor, c =>
        {
            c.mov(__[TinyGuest.Data], rsi);
            c.mov(__[TinyGuest.Data + 8], rsp);
            c.pushfq();
            c.pop(rax);
            c.mov(__[TinyGuest.Data + 16], rax);
            c.mov(ax, cs);
            c.mov(__[TinyGuest.Data + 24], ax);
            c.mov(ax, ss);
            c.mov(__[TinyGuest.Data + 26], ax);
            c.@out(0x80, al);
        });

        Assert.Equal(VmExitKind.PortWrite, guest.Run().Kind);

        Assert.Equal(0x5151UL, guest.Read<ulong>(TinyGuest.Data));
        Assert.Equal(TinyGuest.Stack, guest.Read<ulong>(TinyGuest.Data + 8));
        Assert.Equal(2UL, guest.Read<ulong>(TinyGuest.Data + 16));
        Assert.Equal(0x10, guest.Read<ushort>(TinyGuest.Data + 24));
        Assert.Equal(0x18, guest.Read<ushort>(TinyGuest.Data + 26));
    }
}
