using Propolis.Contracts.Specs;
using Propolis.Toml;

namespace Propolis.SpecFiles;

/// <summary>Components as they are gathered from a file: no name, PCI path or backend is used twice.</summary>
sealed class SpecFileComponents
{
    const string PathKey = "pci-path";

    readonly Dictionary<string, Component> _components = [];
    readonly Dictionary<PciPath, string> _takenBy = [];
    readonly Dictionary<string, string> _backendUsers = [];
    readonly HashSet<byte> _buses = [0];

    /// <summary>Adds a component.</summary>
    public void Add(TableReader table, string name, Component component)
    {
        if (!_components.TryAdd(name, component)) throw table.Fail($"cannot be called {TomlKeySyntax.Show(name)}: something else in the file is");
    }

    /// <summary>Adds the bus behind a bridge.</summary>
    public void AddBus(TableReader table, byte bus)
    {
        if (!_buses.Add(bus)) throw table.Fail("downstream-bus", $"{bus} is behind another bridge already");
    }

    /// <summary>Whether a component of this name is a disk.</summary>
    public bool IsDisk(string name) => _components.GetValueOrDefault(name) is VirtioDisk or NvmeDisk;

    /// <summary>Reads pci-path of a table and takes it for that table.</summary>
    public PciPath TakePath(TableReader table)
    {
        var text = table.Text(PathKey);
        if (Parse(text) is not { } path) throw table.Fail(PathKey, $"cannot be {TomlKeySyntax.Show(text)}; it must be \"bus.device.function\", up to 255.31.7");
        if (!_buses.Contains(path.Bus)) throw table.Fail(PathKey, $"{text} is on bus {path.Bus}, and no [[pci_bridge]] has that as its downstream-bus");
        if (!_takenBy.TryAdd(path, table.Label)) throw table.Fail(PathKey, $"{text} is already taken by {_takenBy[path]}");
        return path;
    }

    /// <summary>Reads block_dev of a table and takes that backend for it.</summary>
    public SpecKey TakeBackend(TableReader table)
    {
        var name = table.Text("block_dev");
        if (!_components.TryGetValue(name, out var backend) || !SpecRules.IsStorage(backend))
            throw table.Fail("block_dev", $"names the unknown block device {TomlKeySyntax.Show(name)}; {NearestName.Advice(name, [.. _components.Where(c => SpecRules.IsStorage(c.Value)).Select(c => c.Key)])}");
        if (!_backendUsers.TryAdd(name, table.Label)) throw table.Fail("block_dev", $"names {TomlKeySyntax.Show(name)}, which {_backendUsers[name]} uses already");
        return name;
    }

    /// <summary>All of them. A block device that no device uses is left out: a spec cannot hold it.</summary>
    public SpecComponents Build() =>
        new(_components.Where(entry => !SpecRules.IsStorage(entry.Value) || _backendUsers.ContainsKey(entry.Key)).Select(entry => KeyValuePair.Create(new SpecKey(entry.Key), entry.Value)));

    static PciPath? Parse(string text) =>
        text.Split('.') is [var bus, var device, var function] && byte.TryParse(bus, out var b) && byte.TryParse(device, out var d) && byte.TryParse(function, out var f) && d < 32 && f < 8
            ? new PciPath { Bus = b, Device = d, Function = f }
            : null;
}
