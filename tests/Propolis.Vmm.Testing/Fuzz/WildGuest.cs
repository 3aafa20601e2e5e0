using System.Buffers.Binary;
using Propolis.Vmm.Machine;

namespace Propolis.Vmm.Tests.Fuzz;

/// <summary>Accesses of a guest that follows no rule, chosen so that most of them reach a device.</summary>
sealed class WildGuest(MachineHardware hardware, Random random)
{
    const uint Ram = 4 << 20;
    const uint Rings = 0x10_0000;
    static readonly int[] Widths = [1, 2, 4, 4, 4, 8];

    static readonly (int Start, int Length)[] LegacyPorts =
    [
        (0x60, 1), (0x64, 1), (0x70, 2), (0x80, 1), (0x92, 1), (0xb2, 2), (0x2e8, 8), (0x2f8, 8), (0x3e8, 8), (0x3f8, 8), (0x402, 1),
        (0x505, 1), (0x510, 12), (0x510, 12), (0xcf8, 8), (0xcf9, 1), (0xb000, 0x40), (0, 0x10000),
    ];

    readonly List<(bool IsMemory, ulong Start, int Length)> _windows = [];

    /// <summary>Does what firmware does: gives every BAR an address and lets the functions answer and use memory.</summary>
    public void FindDevices()
    {
        _windows.Clear();
        var (memory, port) = (0xc100_0000u, 0xc000u);
        for (var function = 0u; function < 64; function++)
        {
            var address = 0x8000_0000 | (function >> 5) << 16 | (function & 31) << 11;
            if ((ushort)ReadConfig(address) == 0xffff) continue;
            var isBridge = (ReadConfig(address + 0xc) >> 16 & 0x7f) == 1;
            if (isBridge) WriteConfig(address + 0x18, 0x00_01_01_00);
            for (var bar = 0x10u; bar < (isBridge ? 0x18u : 0x28u); bar += 4) Place(address + bar, ref memory, ref port);
            if (isBridge) WriteConfig(address + 0x1c, 0x0000_f0c0);
            if (isBridge) WriteConfig(address + 0x20, 0xcff0_c100);
            WriteConfig(address + 4, 7);
        }
    }

    /// <summary>One access.</summary>
    public void Step()
    {
        switch (random.Next(10))
        {
            case 0: Scribble(); break;
            case 1: AccessConfig(); break;
            case 2 or 3 or 4: Access(false, RandomPort(), 8); break;
            default:
                if (_windows.Count == 0) break;
                var (isMemory, start, length) = _windows[random.Next(_windows.Count)];
                // Most registers lie in front; doorbells and tables behind.
                var reach = random.Next(2) == 0 ? Math.Min(length, 0x80) : length;
                Access(isMemory, start + (ulong)random.Next(reach), 8);
                break;
        }
    }

    void Place(uint register, ref uint memory, ref uint port)
    {
        WriteConfig(register, uint.MaxValue);
        var mask = ReadConfig(register);
        if (mask == 0) return;
        var isMemory = (mask & 1) == 0;
        var length = ~(isMemory ? mask & ~15u : mask & ~3u | 0xffff_0000) + 1;
        if (length is 0 or > 1 << 20) return;
        ref var next = ref isMemory ? ref memory : ref port;
        next = (next + length - 1) & ~(length - 1);
        WriteConfig(register, next);
        _windows.Add((isMemory, next, (int)length));
        next += length;
    }

    // Memory full of numbers that may be descriptors, page lists, addresses of themselves or nothing.
    void Scribble()
    {
        var at = (ulong)random.Next((int)Ram - 4096) & ~7UL;
        if (random.Next(2) == 0) at = Rings + (ulong)random.Next(16) * 0x1000;
        var page = new byte[256];
        for (var i = 0; i < page.Length; i += 8) BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(i), RandomWord());
        hardware.Vm.Memory.TryWrite(at, page);
    }

    void AccessConfig()
    {
        hardware.Ports.Write(0xcf8, BitConverter.GetBytes(0x8000_0000 | (uint)random.Next(2) << 16 | (uint)random.Next(9) << 11 | (uint)random.Next(256)));
        Access(false, 0xcfc + (ulong)random.Next(4), 4);
    }

    void Access(bool isMemory, ulong address, int widest)
    {
        var bus = isMemory ? hardware.MemoryMapped : hardware.Ports;
        Span<byte> data = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(data, RandomWord());
        data = data[..Math.Min(widest, Widths[random.Next(Widths.Length)])];
        // Drivers access registers at multiples of their width.
        if (random.Next(4) != 0) address &= ~(ulong)(data.Length - 1);
        if (random.Next(3) == 0) bus.Read(address, data);
        else if (random.Next(16) == 0) bus.WriteRepeated(address, data.Length, new byte[data.Length * random.Next(1, 9)]);
        else bus.Write(address, data);
    }

    ulong RandomPort()
    {
        var (start, length) = LegacyPorts[random.Next(LegacyPorts.Length)];
        return (ulong)(start + random.Next(length));
    }

    ulong RandomWord() => random.Next(8) switch
    {
        0 => (ulong)random.NextInt64(),
        1 => ulong.MaxValue,
        2 or 3 => Rings + (ulong)random.Next(16) * 0x1000,
        4 => (uint)random.Next((int)Ram) | (ulong)(uint)random.Next(16) << 32,
        5 => 0x0046_0001,
        _ => (uint)random.Next(16) | (ulong)(uint)random.Next(4) << 32,
    };

    uint ReadConfig(uint address)
    {
        hardware.Ports.Write(0xcf8, BitConverter.GetBytes(address));
        Span<byte> data = stackalloc byte[4];
        hardware.Ports.Read(0xcfc, data);
        return BinaryPrimitives.ReadUInt32LittleEndian(data);
    }

    void WriteConfig(uint address, uint value)
    {
        hardware.Ports.Write(0xcf8, BitConverter.GetBytes(address));
        hardware.Ports.Write(0xcfc, BitConverter.GetBytes(value));
    }
}
