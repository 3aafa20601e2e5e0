using System.Buffers.Binary;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Propolis.Bench.Engine;

/// <summary>
/// A static Linux program for the guest, which has no compiler: reads or writes a disk past the page cache with one request at a time
/// for some seconds, then prints how many requests it made and in how many nanoseconds. Its argument is the disk.
/// </summary>
/// <param name="Name">What it prints in front.</param>
/// <param name="IsWrite">Write rather than read.</param>
/// <param name="IsRandom">At random places rather than one after the other.</param>
/// <param name="RequestBytes">Bytes of a request, at most <see cref="BufferBytes"/>.</param>
/// <param name="DiskBytes">Bytes of the disk that are used.</param>
/// <param name="Seconds">How long.</param>
sealed record DiskProgram(string Name, bool IsWrite, bool IsRandom, int RequestBytes, long DiskBytes, int Seconds)
{
    /// <summary>Bytes of the program's buffer.</summary>
    public const int BufferBytes = 1 << 20;

    const ulong Base = 0x400000;
    const ulong Buffer = 0x500000;
    const ulong Text = Buffer + BufferBytes;
    const int HeaderBytes = 64 + 56;

    const int Write = 1;
    const int Open = 2;
    const int PositionedRead = 17;
    const int PositionedWrite = 18;
    const int Exit = 60;
    const int ClockGetTime = 228;
    const int ReadWriteDirect = 2 | 0x4000;

    /// <summary>The ELF file.</summary>
    public byte[] Assemble()
    {
        var assembler = new Assembler(64);
        Build(assembler);
        using var code = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(code), Base + HeaderBytes);
        return [.. Header((ulong)code.Length), .. code.ToArray()];
    }

    // rbx: file, r12: offset, r13: requests, r14: start in nanoseconds, r15: random state.
    void Build(Assembler c)
    {
        var (again, done, fail) = (c.CreateLabel(), c.CreateLabel(), c.CreateLabel());
        c.mov(rdi, __[rsp + 16]);
        Call(c, Open, () => c.mov(esi, ReadWriteDirect));
        c.test(rax, rax);
        c.js(fail);
        c.mov(rbx, rax);
        c.rdtsc();
        c.shl(rdx, 32);
        c.or(rax, rdx);
        c.lea(r15, __[rax + rax + 1]);
        c.xor(r12d, r12d);
        c.xor(r13d, r13d);
        Now(c);
        c.mov(r14, rax);
        c.Label(ref again);
        NextOffset(c);
        c.mov(rdi, rbx);
        Call(c, IsWrite ? PositionedWrite : PositionedRead, () =>
        {
            c.mov(esi, (int)Buffer);
            c.mov(edx, RequestBytes);
            c.mov(r10, r12);
        });
        c.cmp(rax, RequestBytes);
        c.jne(fail);
        c.inc(r13);
        Now(c);
        c.sub(rax, r14);
        c.mov(rdx, Seconds * 1_000_000_000L);
        c.cmp(rax, rdx);
        c.jb(again);
        c.jmp(done);
        c.Label(ref fail);
        c.xor(r13d, r13d);
        c.xor(eax, eax);
        c.Label(ref done);
        Print(c);
        Call(c, Exit, () => c.xor(edi, edi));
    }

    void NextOffset(Assembler c)
    {
        if (!IsRandom)
        {
            var inside = c.CreateLabel();
            c.add(r12, RequestBytes);
            c.mov(rax, DiskBytes - RequestBytes);
            c.cmp(r12, rax);
            c.jbe(inside);
            c.xor(r12d, r12d);
            c.Label(ref inside);
            c.nop();
            return;
        }

        // xorshift64
        c.mov(rax, r15);
        c.shl(rax, 13);
        c.xor(r15, rax);
        c.mov(rax, r15);
        c.shr(rax, 7);
        c.xor(r15, rax);
        c.mov(rax, r15);
        c.shl(rax, 17);
        c.xor(r15, rax);
        c.mov(rax, r15);
        c.xor(edx, edx);
        c.mov(ecx, (int)(DiskBytes / RequestBytes));
        c.div(rcx);
        c.imul(r12, rdx, RequestBytes);
    }

    // Monotonic nanoseconds into rax.
    static void Now(Assembler c)
    {
        c.mov(edi, 1);
        Call(c, ClockGetTime, () => c.mov(esi, (int)Text));
        c.mov(rax, __qword_ptr[Text]);
        c.imul(rax, rax, 1_000_000_000);
        c.add(rax, __qword_ptr[Text + 8]);
    }

    // "NAME REQUESTS NANOSECONDS\n", built from the end; rax holds the nanoseconds.
    void Print(Assembler c)
    {
        c.mov(r8, rax);
        c.mov(edi, (int)Text + 200);
        c.mov(__byte_ptr[rdi], '\n');
        Number(c, r8);
        Character(c, ' ');
        Number(c, r13);
        Character(c, ' ');
        foreach (var letter in Name.Reverse())
            Character(c, letter);
        c.mov(rsi, rdi);
        c.mov(edx, (int)Text + 201);
        c.sub(rdx, rsi);
        Call(c, Write, () => c.mov(edi, 1));
    }

    static void Number(Assembler c, AssemblerRegister64 number)
    {
        var digit = c.CreateLabel();
        c.mov(rax, number);
        c.mov(ecx, 10);
        c.Label(ref digit);
        c.xor(edx, edx);
        c.div(rcx);
        c.add(edx, '0');
        c.dec(rdi);
        c.mov(__byte_ptr[rdi], dl);
        c.test(rax, rax);
        c.jnz(digit);
    }

    static void Character(Assembler c, char letter)
    {
        c.dec(rdi);
        c.mov(__byte_ptr[rdi], letter);
    }

    static void Call(Assembler c, int number, Action arguments)
    {
        arguments();
        c.mov(eax, number);
        c.syscall();
    }

    // One segment of code and zeros that may do everything: ELF64, x86-64, executable.
    static byte[] Header(ulong codeLength)
    {
        var header = new byte[HeaderBytes];
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1 }.CopyTo(header, 0);
        void Put16(int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(at), value);
        void Put64(int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(at), value);
        (ushort type, ushort machine) = (2, 62);
        Put16(16, type);
        Put16(18, machine);
        Put16(20, 1);
        Put64(24, Base + HeaderBytes);
        Put64(32, 64);
        Put16(52, 64);
        Put16(54, 56);
        Put16(56, 1);
        Put16(64, 1);
        Put16(68, 7);
        Put64(80, Base);
        Put64(88, Base);
        Put64(96, HeaderBytes + codeLength);
        Put64(104, Text + 4096 - Base);
        Put64(112, 4096);
        return header;
    }
}
