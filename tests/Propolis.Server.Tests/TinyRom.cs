using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Propolis.Server.Tests;

/// <summary>A 64 KiB firmware that is a 16-bit program of the test.</summary>
static class TinyRom
{
    public static byte[] Of(Action<Assembler> program)
    {
        var assembler = new Assembler(16);
        program(assembler);
        using var stream = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(stream), 0);
        var rom = new byte[0x10000];
        stream.ToArray().CopyTo(rom, 0);
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
}
