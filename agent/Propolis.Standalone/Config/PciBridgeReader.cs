using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>Reads [[pci_bridge]].</summary>
static class PciBridgeReader
{
    /// <summary>Reads all bridges and tells <paramref name="slots"/> of their paths and buses.</summary>
    public static IReadOnlyList<PciBridgeConfig> Read(TableReader root, PciSlots slots)
    {
        var bridges = root.RepeatedSections("pci_bridge").Select(table => (Table: table, Bridge: ReadOne(table, slots))).ToList();
        var downstream = new HashSet<byte>();
        foreach (var (table, bridge) in bridges)
            if (!downstream.Add(bridge.DownstreamBus))
                throw table.Fail("downstream-bus", $"{bridge.DownstreamBus} is already behind another bridge");
        AddReachableBuses(bridges, slots);
        return [.. bridges.Select(pair => pair.Bridge)];
    }

    static PciBridgeConfig ReadOne(TableReader table, PciSlots slots)
    {
        table.AllowOnly("pci-path", "downstream-bus");
        return new PciBridgeConfig(slots.Take(table), (byte)table.Integer("downstream-bus", 1, byte.MaxValue));
    }

    /// <summary>Follows the bridges from bus 0; bridges may stand in any order, so it goes on until nothing new is found.</summary>
    static void AddReachableBuses(List<(TableReader Table, PciBridgeConfig Bridge)> bridges, PciSlots slots)
    {
        var left = bridges.ToList();
        while (left.RemoveAll(pair => slots.HasBus(pair.Bridge.PciPath.Bus) && slots.AddBus(pair.Bridge.DownstreamBus)) > 0)
        {
        }
        foreach (var (table, bridge) in left)
            throw table.Fail("pci-path", $"{bridge.PciPath} is on bus {bridge.PciPath.Bus}, which no chain of bridges reaches from bus 0");
    }
}
