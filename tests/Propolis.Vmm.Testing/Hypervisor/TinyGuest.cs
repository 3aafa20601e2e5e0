using Iced.Intel;
using Propolis.Vmm.Hypervisor;

namespace Propolis.Vmm.Tests.Hypervisor;

/// <summary>
/// A virtual machine with a few MiB of RAM and a program of a few instructions. <c>Run</c> enters vCPU 0 on the test's thread until the next exit
/// that means something; a guest that never comes back is kicked out and fails the test.
/// </summary>
sealed class TinyGuest : IDisposable
{
    public const ulong RamLength = 4 << 20;
    public const ulong Code = 0x10000;
    public const ulong Stack = 0x9000;
    public const ulong Data = 0x100000;
    public const ulong Idt = 0x8000;

    const ulong PageTables = 0x1000;
    const ulong Gdt = 0x7000;
    const ulong RomAddress = 0xffff0000;
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    volatile bool _expired;

    TinyGuest(IHypervisor hypervisor, int vcpus, IReadOnlyList<CpuidEntry>? cpuid)
    {
        Machine = hypervisor.Create(new VirtualMachineOptions { Name = "tiny", VcpuCount = vcpus, Cpuid = cpuid });
    }

    public IVirtualMachine Machine { get; }

    public List<IVcpu> Vcpus { get; } = [];

    public IVcpu Vcpu => Vcpus[0];

    /// <summary>64-bit, identity-mapped (the first 4 GiB), program at <see cref="Code"/>.</summary>
    public static TinyGuest LongMode(IHypervisor hypervisor, Action<Assembler> program, int vcpus = 1, IReadOnlyList<CpuidEntry>? cpuid = null)
    {
        var guest = Empty(hypervisor, vcpus, cpuid);
        guest.Load(Code, Assemble(64, Code, program));
        guest.EnterLongMode();
        return guest;
    }

    /// <summary>The same machine without a program and without registers: the target of an import.</summary>
    public static TinyGuest Empty(IHypervisor hypervisor, int vcpus = 1, IReadOnlyList<CpuidEntry>? cpuid = null)
    {
        var guest = new TinyGuest(hypervisor, vcpus, cpuid);
        guest.Machine.MapRam(0, RamLength);
        for (var id = 0; id < vcpus; id++) guest.Vcpus.Add(guest.Machine.CreateVcpu(id));
        return guest;
    }

    /// <summary>Starts at the reset vector, which jumps to a 16-bit program at the start of a 64 KiB ROM (CS base 0xffff0000).</summary>
    public static TinyGuest Reset(IHypervisor hypervisor, Action<Assembler> program, int vcpus = 1)
    {
        var guest = new TinyGuest(hypervisor, vcpus, null);
        guest.Machine.MapRam(0, RamLength);
        var rom = new byte[0x10000];
        Assemble(16, 0, program).CopyTo(rom, 0);
        // jmp near to offset 0 of the segment: E9 rel16 with rel = 0 - 0xfff3.
        new byte[] { 0xe9, 0x0d, 0x00 }.CopyTo(rom, 0xfff0);
        guest.Machine.MapRom(RomAddress, rom);
        for (var id = 0; id < vcpus; id++) guest.Vcpus.Add(guest.Machine.CreateVcpu(id));
        return guest;
    }

    public static byte[] Assemble(int bits, ulong address, Action<Assembler> program)
    {
        var assembler = new Assembler(bits);
        program(assembler);
        using var stream = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(stream), address);
        return stream.ToArray();
    }

    public void Load(ulong address, ReadOnlySpan<byte> bytes) => Assert.True(Machine.Memory.TryWrite(address, bytes));

    public T Read<T>(ulong address) where T : unmanaged
    {
        Assert.True(Machine.Memory.TryRead(address, out T value));
        return value;
    }

    /// <summary>Writes page tables and a GDT and sets vCPU 0's registers.</summary>
    public void EnterLongMode(ulong rip = Code)
    {
        Machine.Memory.TryWrite(PageTables, PageTables + 0x1003);
        for (var gib = 0UL; gib < 4; gib++)
        {
            var directory = PageTables + 0x2000 + gib * 0x1000;
            Machine.Memory.TryWrite(PageTables + 0x1000 + gib * 8, directory | 3);
            for (var page = 0UL; page < 512; page++) Machine.Memory.TryWrite(directory + page * 8, gib << 30 | page << 21 | 0x83);
        }
        Machine.Memory.TryWrite(Gdt + 0x10, 0x00af9b000000ffffUL);
        Machine.Memory.TryWrite(Gdt + 0x18, 0x00cf93000000ffffUL);
        Vcpu.SetLongModeEntry(new LongModeEntry(rip, 0x5151, Stack, PageTables, Gdt, 0x1f));
    }

    /// <summary>Writes a 64-bit interrupt gate for <paramref name="vector"/>.</summary>
    public void SetGate(int vector, ulong handler)
    {
        var address = Idt + (ulong)vector * 16;
        Machine.Memory.TryWrite(address, (handler & 0xffff) | 0x10UL << 16 | 0x8e00UL << 32 | (handler >> 16 & 0xffff) << 48);
        Machine.Memory.TryWrite(address + 8, handler >> 32);
    }

    /// <summary>The next exit that is not a mere interruption.</summary>
    public VmExit Run() => Run(0);

    public VmExit Run(int id)
    {
        using var watchdog = new Timer(_ =>
        {
            _expired = true;
            Vcpus[id].Kick();
        }, null, Limit, Timeout.InfiniteTimeSpan);
        while (true)
        {
            var exit = Vcpus[id].Run();
            if (exit.Kind == VmExitKind.Failed) Assert.Fail(Vcpus[id].DescribeFailure());
            if (exit.Kind != VmExitKind.Interrupted) return exit;
            Vcpus[id].ClearKick();
            if (_expired) Assert.Fail($"vCPU {id} did not leave the guest within {Limit}: {Vcpus[id].DescribeFailure()}");
        }
    }

    public void Dispose() => Machine.Dispose();
}
