using Propolis.Standalone.Config;
using Propolis.Vmm.Pci;

namespace Propolis.Standalone.Tests.Config;

/// <summary>pci-path and [[pci_bridge]].</summary>
public sealed class PciConfigTests
{
    static string Bridge(string path, int bus) => $"[[pci_bridge]]\npci-path = '{path}'\ndownstream-bus = {bus}\n";

    static string Net(string path) => $"[dev.n]\ndriver = 'pci-virtio-viona'\nvnic = 'v'\npci-path = '{path}'\n";

    [Fact]
    public void Bridges_may_stand_in_any_order_and_behind_each_other()
    {
        var config = Configs.With(Bridge("1.1.0", 2) + Bridge("2.0.0", 255) + Bridge("0.4.0", 1) + Net("255.31.7"));
        Assert.Equal([new(new PciPath(1, 1, 0), 2), new(new PciPath(2, 0, 0), 255), new PciBridgeConfig(new PciPath(0, 4, 0), 1)], config.Bridges);
    }

    const string Form = "; it must be \"bus.device.function\", up to 255.31.7.";

    [Theory]
    [InlineData("''", "cannot be \"\"" + Form)]
    [InlineData("'0.4'", "cannot be \"0.4\"" + Form)]
    [InlineData("'0.4.0.0'", "cannot be \"0.4.0.0\"" + Form)]
    [InlineData("'0.32.0'", "cannot be \"0.32.0\"" + Form)]
    [InlineData("'0.4.8'", "cannot be \"0.4.8\"" + Form)]
    [InlineData("'256.4.0'", "cannot be \"256.4.0\"" + Form)]
    [InlineData("'0:4.0'", "cannot be \"0:4.0\"" + Form)]
    [InlineData("0.4", "must be a string, not a float.")]
    [InlineData("'0.0.0'", "0.0.0 is already taken by the host bridge of the chipset.")]
    [InlineData("'0.1.0'", "0.1.0 is already taken by the LPC bridge of the chipset.")]
    [InlineData("'0.1.3'", "0.1.3 is already taken by the power management of the chipset.")]
    [InlineData("'3.1.0'", "3.1.0 is on bus 3, and no [[pci_bridge]] has that as its downstream-bus.")]
    public void A_wrong_path_is_refused(string path, string sentence) =>
        Configs.MoreRefused($"[dev.n]\ndriver = 'pci-virtio-viona'\nvnic = 'v'\npci-path = {path}", "9:12: [dev.n] pci-path " + sentence);

    [Fact]
    public void A_path_has_one_device() =>
        Configs.DeviceRefused("[dev.a]\ndriver = 'pci-nvme'\nblock_dev = 'one'\npci-path = '0.4.0'\n"
            + "[dev.b]\ndriver = 'pci-nvme'\nblock_dev = 'two'\npci-path = '0.4.0'",
            "20:12: [dev.b] pci-path 0.4.0 is already taken by [dev.a].");

    [Fact]
    public void A_bridge_takes_its_path() =>
        Configs.MoreRefused(Bridge("0.4.0", 1) + Net("0.4.0"), "12:12: [dev.n] pci-path 0.4.0 is already taken by [[pci_bridge]].");

    [Theory]
    [InlineData("[[pci_bridge]]\ndownstream-bus = 1", "6:3: [[pci_bridge]] needs the key pci-path.")]
    [InlineData("[[pci_bridge]]\npci-path = '0.4.0'", "6:3: [[pci_bridge]] needs the key downstream-bus.")]
    [InlineData("[[pci_bridge]]\npci-path = '0.4.0'\ndownstream-bus = 0", "8:18: [[pci_bridge]] downstream-bus must be 1 to 255, not 0.")]
    [InlineData("[[pci_bridge]]\npci-path = '0.4.0'\ndownstream-bus = 256", "8:18: [[pci_bridge]] downstream-bus must be 1 to 255, not 256.")]
    [InlineData("[[pci_bridge]]\npci-path = '0.4.0'\ndownstream-bus = '1'", "8:18: [[pci_bridge]] downstream-bus must be an integer, not a string.")]
    [InlineData("[[pci_bridge]]\npci-path = 4\ndownstream-bus = 1", "7:12: [[pci_bridge]] pci-path must be a string, not an integer.")]
    [InlineData("[[pci_bridge]]\ndownstream_bus = 1", "7:1: [[pci_bridge]] has no key downstream_bus; perhaps downstream-bus is meant.")]
    [InlineData("[pci_bridge]", "6:2: [[pci_bridge]] must be an array, not a table.")]
    public void A_wrong_bridge_is_refused(string more, string sentence) => Configs.MoreRefused(more, sentence);

    [Fact]
    public void A_bus_is_behind_one_bridge() => Configs.MoreRefused(Bridge("0.4.0", 1) + Bridge("0.5.0", 1),
        "11:18: [[pci_bridge]] downstream-bus 1 is already behind another bridge.");

    [Fact]
    public void Every_bridge_is_reached_from_bus_0() => Configs.MoreRefused(Bridge("0.4.0", 1) + Bridge("2.0.0", 3) + Bridge("3.0.0", 2),
        "10:12: [[pci_bridge]] pci-path 2.0.0 is on bus 2, which no chain of bridges reaches from bus 0.");
}
