using Propolis.Toml;
using Propolis.Vmm.Pci;

namespace Propolis.Standalone.Config;

/// <summary>Which PCI paths are taken and by whom, and which buses there are, while a configuration is read.</summary>
sealed class PciSlots
{
    readonly Dictionary<PciPath, string> _takenBy = new()
    {
        [new PciPath(0, 0, 0)] = "the host bridge of the chipset",
        [new PciPath(0, 1, 0)] = "the LPC bridge of the chipset",
        [new PciPath(0, 1, 3)] = "the power management of the chipset",
    };

    readonly HashSet<byte> _buses = [0];

    /// <summary>Reads pci-path of a table and takes it for that table.</summary>
    public PciPath Take(TableReader table)
    {
        const string Key = "pci-path";
        var text = table.Text(Key);
        if (!PciPath.TryParse(text, out var path))
            throw table.Fail(Key, $"cannot be {TomlKeySyntax.Show(text)}; it must be \"bus.device.function\", up to 255.31.7");
        if (!_takenBy.TryAdd(path, table.Label))
            throw table.Fail(Key, $"{path} is already taken by {_takenBy[path]}");
        return path;
    }

    /// <summary>Adds the bus behind a bridge; false when it is there already.</summary>
    public bool AddBus(byte bus) => _buses.Add(bus);

    /// <summary>Whether a bus is there.</summary>
    public bool HasBus(byte bus) => _buses.Contains(bus);
}
