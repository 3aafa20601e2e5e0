using Propolis.Vmm.Bus;
using Propolis.Vmm.Pci;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.I440fx;

/// <summary>
/// The i440FX host bridge 8086:1237 at 0.0.0: identity, the configuration mechanism at ports 0xCF8 to 0xCFF and, on request, the enhanced one in memory. Memory
/// attribute registers are absent: all RAM is RAM and firmware lives below 4 GiB.
/// </summary>
public sealed class I440fxHostBridge : PciEndpoint
{
    /// <summary>Where it sits.</summary>
    public static readonly PciPath Path = new(0, 0, 0);

    /// <summary>Guest-physical address of the enhanced configuration window.</summary>
    public const ulong EcamBase = 0xe000_0000;

    /// <summary>Length of that window: 256 buses of 1 MiB.</summary>
    public const ulong EcamLength = 0x1000_0000;

    static readonly PciIdentity Identity = new() { Vendor = 0x8086, Device = 0x1237, Revision = 2, Class = 0x06, Subclass = 0x00 };

    readonly PciTopology _topology;
    readonly PciConfigPorts _ports;

    /// <summary>A bridge that leads to <paramref name="topology"/>, where it must still be added; <paramref name="resetControl"/> answers port 0xCF9.</summary>
    public I440fxHostBridge(PciTopology topology, IBusDevice resetControl) : base(Identity)
    {
        _topology = topology;
        _ports = new PciConfigPorts(topology, resetControl);
    }

    /// <inheritdoc/>
    public override string Kind => "i440fx-host-bridge";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    protected override bool HasIntx => false;

    /// <summary>Takes the configuration ports.</summary>
    public void Attach(AddressBus ports) => ports.Register(PciConfigPorts.First, PciConfigPorts.Length, _ports);

    /// <summary>Takes the enhanced configuration window.</summary>
    public void AttachEcam(AddressBus memoryMapped) => memoryMapped.Register(EcamBase, EcamLength, new EcamWindow(_topology));

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        _ports.Address = 0;
    }

    /// <inheritdoc/>
    protected override void ExportDevice(StateWriter writer) => writer.Write(_ports.Address);

    /// <inheritdoc/>
    protected override void ImportDevice(StateReader reader) => _ports.Address = reader.ReadUInt32();
}
