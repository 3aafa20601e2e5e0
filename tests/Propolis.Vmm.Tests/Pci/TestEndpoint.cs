using Propolis.Vmm.Bus;
using Propolis.Vmm.Pci;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Tests.Pci;

/// <summary>An endpoint with a port BAR, a 32-bit and a 64-bit memory BAR, and MSI-X.</summary>
sealed class TestEndpoint : PciEndpoint, IBusDevice
{
    public const uint Identifiers = 0x4321_1b36;

    public TestEndpoint(int vectors = 4) : base(new() { Vendor = 0x1b36, Device = 0x4321, Class = 0xff, Subclass = 0, SubsystemVendor = 0x1b36, Subsystem = 0x1100 })
    {
        AddBar(0, BarKind.Port, 0x20, this);
        AddBar(1, BarKind.Memory32, 0x1000, this);
        AddBar(2, BarKind.Memory64, 0x4000, this);
        AddMsix(4, vectors);
    }

    public override string Kind => "test-endpoint";

    public override int Version => 1;

    public List<string> Accesses { get; } = [];

    public List<string> Moves { get; } = [];

    public new MsixTable Msix => base.Msix!;

    public new bool IsBusMaster => base.IsBusMaster;

    public void Raise(bool level) => SetIntx(level);

    public void Read(ulong offset, Span<byte> data)
    {
        Accesses.Add($"read {offset:x}");
        data.Fill(0x5a);
    }

    public void Write(ulong offset, ReadOnlySpan<byte> data) => Accesses.Add($"write {offset:x} {Convert.ToHexStringLower(data)}");

    protected override void OnBarMoved(int index, ulong? address) => Moves.Add($"{index} at {address:x}");

    protected override void ExportDevice(StateWriter writer) { }

    protected override void ImportDevice(StateReader reader) { }
}
