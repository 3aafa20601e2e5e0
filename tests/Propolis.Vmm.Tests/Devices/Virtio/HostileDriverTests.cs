using FsCheck;
using Propolis.Vmm.Tests.Fuzz;

namespace Propolis.Vmm.Tests.Devices.Virtio;

/// <summary>Drivers that write anything anywhere: see <see cref="HostileDriver"/>.</summary>
public sealed class HostileDriverTests
{
    [Fact]
    public void Disk_survives_any_chain() => HostileDriver.Disk().QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Network_card_survives_any_chain(int queue) => HostileDriver.Network(queue).QuickCheckThrowOnFailure();

    [Fact]
    public void Commands_of_any_bytes_are_judged() => HostileDriver.Commands().QuickCheckThrowOnFailure();
}
