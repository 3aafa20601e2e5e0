using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Propolis.Vmm.Tests.Machine;

/// <summary>Firmware for tiny machines whose output tells whether they went on undisturbed.</summary>
static class TinyPrograms
{
    /// <summary>Prints a to z for ever, slowed down by a loop; the letter lives in memory.</summary>
    public static void Count(Assembler code)
    {
        TinyRom.Print(code, '>');
        TinyRom.Count(code);
    }

    /// <summary>
    /// Counts up a word in each of 96 pages, for ever, and checks before each that it holds what it must: prints '.' now and then, and '!' with a halt when a page has lost a write.
    /// </summary>
    public static void CountInPages(Assembler code)
    {
        var next = code.CreateLabel();
        var page = code.CreateLabel();
        var bad = code.CreateLabel();
        code.xor(ax, ax);
        code.mov(ds, ax);
        code.mov(__word_ptr[0x500], 0);
        code.Label(ref next);
        code.mov(bx, __word_ptr[0x500]);
        code.mov(si, 0x2000);
        code.Label(ref page);
        code.mov(es, si);
        code.cmp(__word_ptr.es[0], bx);
        code.jne(bad);
        code.inc(bx);
        code.mov(__word_ptr.es[0], bx);
        code.dec(bx);
        code.add(si, 0x100);
        code.cmp(si, unchecked((short)0x8000));
        code.jb(page);
        code.inc(__word_ptr[0x500]);
        code.test(__word_ptr[0x500], 0x000f);
        code.jne(next);
        TinyRom.Print(code, '.');
        code.jmp(next);
        code.Label(ref bad);
        TinyRom.Print(code, '!');
        code.hlt();
    }
}
