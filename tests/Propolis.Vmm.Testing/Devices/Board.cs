using Propolis.Vmm.Bus;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Memory;
using Propolis.Vmm.Pci;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Tests.Devices;

/// <summary>What devices are plugged into: buses, interrupt inputs that remember their levels and edges, a machine that remembers the guest's wishes, a clock.</summary>
sealed class Board : IMachineControl, IMsiTarget
{
    readonly bool[] _levels = new bool[InterruptInputs.Count];
    readonly int[] _edges = new int[InterruptInputs.Count];

    public Board()
    {
        Interrupts = new InterruptInputs(SetLevel);
        Spaces = new PciSpaces { Ports = Ports, MemoryMapped = MemoryMapped, Memory = new GuestMemory(), Msi = this };
    }

    public AddressBus Ports { get; } = new("port", 0xffff);

    public AddressBus MemoryMapped { get; } = new("memory", (1UL << 46) - 1);

    public InterruptInputs Interrupts { get; }

    public PciSpaces Spaces { get; }

    public ManualTime Time { get; } = new();

    public List<string> Wishes { get; } = [];

    public List<MsiMessage> Messages { get; } = [];

    public bool Level(int interrupt) => _levels[interrupt];

    public int Edges(int interrupt) => _edges[interrupt];

    public byte In8(ushort port) => (byte)In(port, 1);

    public ushort In16(ushort port) => (ushort)In(port, 2);

    public uint In32(ushort port) => (uint)In(port, 4);

    public void Out8(ushort port, byte value) => Ports.Write(port, [value]);

    public void Out16(ushort port, ushort value) => Ports.Write(port, BitConverter.GetBytes(value));

    public void Out32(ushort port, uint value) => Ports.Write(port, BitConverter.GetBytes(value));

    public uint ReadConfig(PciPath path, int register)
    {
        Out32(0xcf8, ConfigAddress(path, register));
        return In32(0xcfc);
    }

    public void WriteConfig(PciPath path, int register, uint value)
    {
        Out32(0xcf8, ConfigAddress(path, register));
        Out32(0xcfc, value);
    }

    /// <summary>Exports from one part and imports into its twin, which must take all of it.</summary>
    public static void Transfer(ISnapshot from, ISnapshot to)
    {
        var reader = new StateReader(Export(from), from.Kind);
        to.Import(reader);
        reader.ExpectEnd();
    }

    public static byte[] Export(ISnapshot part)
    {
        var writer = new StateWriter();
        part.Export(writer);
        return writer.Written.ToArray();
    }

    public void GuestReset(string source) => Wishes.Add($"reset by {source}");

    public void GuestPowerOff(string source) => Wishes.Add($"power off by {source}");

    public void GuestFailed(string reason) => Wishes.Add($"failed: {reason}");

    public void Signal(MsiMessage message) => Messages.Add(message);

    static uint ConfigAddress(PciPath path, int register) =>
        0x8000_0000 | (uint)path.Bus << 16 | (uint)path.Device << 11 | (uint)path.Function << 8 | (uint)register & 0xfc;

    ulong In(ushort port, int width)
    {
        Span<byte> data = stackalloc byte[8];
        data.Clear();
        Ports.Read(port, data[..width]);
        return BitConverter.ToUInt64(data);
    }

    void SetLevel(int interrupt, bool level)
    {
        if (level && !_levels[interrupt]) _edges[interrupt]++;
        _levels[interrupt] = level;
    }
}
