using Propolis.Vmm.Bus;

namespace Propolis.Vmm.Pci;

/// <summary>
/// The PCI buses of a machine: bus 0 and those behind bridges. A configured path names its bus by the number that the configuration gave it; the guest reaches that bus by
/// the number that it programmed into the bridges (PCI-to-PCI Bridge Architecture 1.2, section 3.1). Built before the machine starts, then only routed through.
/// </summary>
public sealed class PciTopology
{
    readonly PciSpaces _spaces;
    readonly Func<int, IInterruptLine> _connectLink;
    readonly PciBus _root = new();
    readonly SortedDictionary<byte, PciBus> _buses = [];
    readonly SortedDictionary<PciPath, IPciFunction> _functions = [];

    /// <summary>Bus 0, empty. <paramref name="connectLink"/> gives a new wire to PIRQ link 0 to 3 (PIIX3's).</summary>
    public PciTopology(PciSpaces spaces, Func<int, IInterruptLine> connectLink)
    {
        _spaces = spaces;
        _connectLink = connectLink;
        _buses.Add(0, _root);
    }

    /// <summary>Every function by its configured path.</summary>
    public IReadOnlyDictionary<PciPath, IPciFunction> Functions => _functions;

    /// <summary>Puts a function on a bus. Throws <see cref="ArgumentException"/> when the bus does not exist or the place is taken.</summary>
    public void Add(PciPath path, IPciFunction function)
    {
        if (!_buses.TryGetValue(path.Bus, out var bus)) throw new ArgumentException($"PCI path {path}: no bridge leads to bus {path.Bus}.", nameof(path));
        if (!_functions.TryAdd(path, function)) throw new ArgumentException($"PCI path {path} is taken.", nameof(path));
        function.Connect(SlotFor(path));
        bus.Attach(path.Device, path.Function, function);
    }

    /// <summary>Puts a bridge at <paramref name="path"/>; the bus behind it is called <paramref name="downstreamBus"/> in paths.</summary>
    public PciBridge AddBridge(PciPath path, byte downstreamBus)
    {
        if (_buses.ContainsKey(downstreamBus)) throw new ArgumentException($"PCI bridge {path}: bus {downstreamBus} exists already.", nameof(downstreamBus));
        var bridge = new PciBridge();
        Add(path, bridge);
        _buses.Add(downstreamBus, bridge.Downstream);
        return bridge;
    }

    /// <summary>A guest's configuration read; all ones where nothing answers. Any width up to 8 within the 256 bytes of a function.</summary>
    public void ReadConfig(int bus, int device, int function, int offset, Span<byte> data)
    {
        data.Fill(0xff);
        if (Route(_root, bus) is not { } found) return;
        for (var done = 0; done < data.Length;)
        {
            var width = PieceWidth(offset + done, data.Length - done);
            found.ReadConfig(device, function, offset + done, data.Slice(done, width));
            done += width;
        }
    }

    /// <summary>A guest's configuration write; ignored where nothing answers.</summary>
    public void WriteConfig(int bus, int device, int function, int offset, ReadOnlySpan<byte> data)
    {
        if (Route(_root, bus) is not { } found) return;
        for (var done = 0; done < data.Length;)
        {
            var width = PieceWidth(offset + done, data.Length - done);
            found.WriteConfig(device, function, offset + done, data.Slice(done, width));
            done += width;
        }
    }

    /// <summary>The largest aligned piece, 1, 2 or 4 bytes, that an access of <paramref name="length"/> bytes starts with.</summary>
    static int PieceWidth(int offset, int length)
    {
        var width = (offset & 3) switch { 0 => 4, 2 => 2, _ => 1 };
        while (width > length) width >>= 1;
        return width;
    }

    static PciBus? Route(PciBus from, int number)
    {
        if (number == 0) return from;
        // Each step goes one bridge down; the machine's own tree, not the guest's numbers, bounds the depth.
        for (PciBus? bus = from; bus is not null;)
        {
            PciBus? next = null;
            foreach (var bridge in bus.Bridges)
            {
                if (bridge.SecondaryBus == number) return bridge.Downstream;
                if (bridge.LeadsTo(number)) next ??= bridge.Downstream;
            }
            bus = next;
        }
        return null;
    }

    PciSlot SlotFor(PciPath path)
    {
        var pin = PciInterruptRules.PinOf(path.Function);
        return new PciSlot
        {
            Path = path,
            Ports = _spaces.Ports,
            MemoryMapped = _spaces.MemoryMapped,
            Memory = _spaces.Memory,
            Msi = _spaces.Msi,
            BindDoorbell = _spaces.BindDoorbell,
            Intx = path.Bus == 0 ? _connectLink(PciInterruptRules.LinkOf(path.Device, pin)) : null,
            IntxPin = (byte)(path.Bus == 0 ? pin + 1 : 0),
        };
    }
}
