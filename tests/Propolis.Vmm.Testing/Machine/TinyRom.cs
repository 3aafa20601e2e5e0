using Iced.Intel;
using Propolis.Vmm.Tests.Hypervisor;
using static Iced.Intel.AssemblerRegisters;

namespace Propolis.Vmm.Tests.Machine;

/// <summary>A 64 KiB firmware that is a 16-bit program of the test.</summary>
static class TinyRom
{
    public static byte[] Of(Action<Assembler> program)
    {
        var rom = new byte[0x10000];
        TinyGuest.Assemble(16, 0, program).CopyTo(rom, 0);
        // The reset vector: jmp near to the start of the segment.
        new byte[] { 0xe9, 0x0d, 0x00 }.CopyTo(rom, 0xfff0);
        return rom;
    }

    /// <summary>mov dx, port; mov al, value; out dx, al.</summary>
    public static void Out(Assembler code, ushort port, byte value)
    {
        code.mov(dx, (short)port);
        code.mov(al, (sbyte)value);
        code.@out(dx, al);
    }

    /// <summary>Sends a character to COM1.</summary>
    public static void Print(Assembler code, char letter) => Out(code, 0x3f8, (byte)letter);

    /// <summary>Enters S5 through PM1 control.</summary>
    public static void PowerOff(Assembler code)
    {
        code.mov(dx, unchecked((short)0xb004));
        code.mov(ax, 0x2000);
        code.@out(dx, ax);
        code.hlt();
    }

    /// <summary>Sends back what it receives, after a prompt.</summary>
    public static void Echo(Assembler code)
    {
        var again = code.CreateLabel();
        Print(code, '>');
        code.Label(ref again);
        code.mov(dx, 0x3fd);
        code.@in(al, dx);
        code.test(al, 1);
        code.je(again);
        code.mov(dx, 0x3f8);
        code.@in(al, dx);
        code.@out(dx, al);
        code.jmp(again);
    }

    /// <summary>Sends the alphabet for ever, slowly; the letter lives in memory, so that a gap would show.</summary>
    public static void Count(Assembler code)
    {
        var next = code.CreateLabel();
        var wait = code.CreateLabel();
        var print = code.CreateLabel();
        code.xor(ax, ax);
        code.mov(ds, ax);
        code.mov(__byte_ptr[0x500], (byte)('a' - 1));
        code.Label(ref next);
        code.inc(__byte_ptr[0x500]);
        code.cmp(__byte_ptr[0x500], (byte)'z');
        code.jbe(print);
        code.mov(__byte_ptr[0x500], (byte)'a');
        code.Label(ref print);
        code.mov(al, __byte_ptr[0x500]);
        code.mov(dx, 0x3f8);
        code.@out(dx, al);
        code.mov(cx, 2000);
        code.Label(ref wait);
        code.loop(wait);
        code.jmp(next);
    }
}
