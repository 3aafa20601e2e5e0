namespace Propolis.Vmm.Pci;

/// <summary>
/// One bus: 32 devices of 8 functions. Answers for the header-type register's multi-function bit, which depends on the neighbours. Filled while the machine is built,
/// read-only afterwards.
/// </summary>
public sealed class PciBus
{
    const int HeaderTypeRegister = 0x0e;
    const byte MultiFunction = 0x80;

    readonly IPciFunction?[] _functions = new IPciFunction?[256];
    readonly bool[] _multiFunction = new bool[32];

    /// <summary>The bridges on this bus, in the order of their addition.</summary>
    internal List<PciBridge> Bridges { get; } = [];

    /// <summary>True when a function sits there.</summary>
    public bool IsTaken(byte device, byte function) => _functions[Index(device, function)] is not null;

    /// <summary>Reads configuration space; leaves <paramref name="data"/> alone where no function is. Aligned 1, 2 or 4 bytes below 256.</summary>
    public void ReadConfig(int device, int function, int offset, Span<byte> data)
    {
        if (_functions[Index(device, function)] is not { } found) return;
        found.ReadConfig(offset, data);
        var header = HeaderTypeRegister - offset;
        if ((uint)header < (uint)data.Length && _multiFunction[device]) data[header] |= MultiFunction;
    }

    /// <summary>Writes configuration space; nothing happens where no function is.</summary>
    public void WriteConfig(int device, int function, int offset, ReadOnlySpan<byte> data) =>
        _functions[Index(device, function)]?.WriteConfig(offset, data);

    /// <summary>Puts a function at its place.</summary>
    internal void Attach(byte device, byte function, IPciFunction added)
    {
        _functions[Index(device, function)] = added;
        _multiFunction[device] |= function != 0;
        if (added is PciBridge bridge) Bridges.Add(bridge);
    }

    static int Index(int device, int function) => (device << 3) | function;
}
