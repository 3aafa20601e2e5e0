using Propolis.Vmm.State;

namespace Propolis.Vmm.Pci;

/// <summary>
/// A PCI-to-PCI bridge 01de:0002 with a type-1 header (PCI-to-PCI Bridge Architecture 1.2, chapter 3). Bus numbers route configuration accesses; the windows are
/// accepted and read back, but functions behind the bridge decode their BARs whether or not a window covers them. No INTx passes.
/// </summary>
public sealed class PciBridge : PciEndpoint
{
    const int SecondaryBusRegister = 0x19;
    const int SubordinateBusRegister = 0x1a;

    static readonly PciIdentity Identity = new() { Vendor = 0x01de, Device = 0x0002, Class = 0x06, Subclass = 0x04, HeaderType = 1 };

    // Bytes 0x18 to 0x3f that the guest may write: bus numbers and latency, windows (their low nibbles say how wide they are), bridge control.
    static ReadOnlySpan<byte> Windows =>
    [
        0xff, 0xff, 0xff, 0xff, 0xf0, 0xf0, 0x00, 0x00,
        0xf0, 0xff, 0xf0, 0xff, 0xf0, 0xff, 0xf0, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0xff, 0x00, 0x4f, 0x00,
    ];

    /// <summary>A bridge with an empty bus behind it.</summary>
    public PciBridge() : base(Identity)
    {
        for (var i = 0; i < Windows.Length; i++) SetWritable(0x18 + i, Windows[i]);
        SetConfigByte(0x24, 0x01);
        SetConfigByte(0x26, 0x01);
    }

    /// <inheritdoc/>
    public override string Kind => "pci-bridge";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <summary>The bus behind the bridge.</summary>
    public PciBus Downstream { get; } = new();

    /// <summary>The number that the guest gave the bus behind, 0 while it gave none.</summary>
    public byte SecondaryBus => GetConfigByte(SecondaryBusRegister);

    /// <summary>True when the guest put bus <paramref name="number"/> somewhere behind the bus behind this bridge.</summary>
    public bool LeadsTo(int number) => SecondaryBus is var secondary && secondary != 0 && secondary < number && number <= GetConfigByte(SubordinateBusRegister);

    /// <inheritdoc/>
    protected override bool HasBars => false;

    /// <inheritdoc/>
    protected override bool HasIntx => false;

    /// <inheritdoc/>
    protected override void ExportDevice(StateWriter writer) { }

    /// <inheritdoc/>
    protected override void ImportDevice(StateReader reader) { }
}
