using Propolis.Vmm.Bus;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Pci;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Piix3;

/// <summary>
/// The PIIX3 ISA bridge 8086:7000 at 0.1.0: PIRQ routing, port 0x92, the POST code port and reset control. PICs, IO APIC, PIT and the edge/level registers at
/// 0x4D0 are the hypervisor's.
/// </summary>
public sealed class Piix3Lpc : PciEndpoint
{
    /// <summary>Where it sits.</summary>
    public static readonly PciPath Path = new(0, 1, 0);

    const int PirqRegister = 0x60;

    static readonly PciIdentity Identity = new() { Vendor = 0x8086, Device = 0x7000, Class = 0x06, Subclass = 0x01 };

    readonly PirqRouter _router;
    readonly SystemControlPort _systemControl;
    readonly PostCodePort _postCode = new();
    readonly ResetControl _resetControl;
    readonly Lock _routing = new();

    /// <summary>A bridge whose links lead into <paramref name="inputs"/>.</summary>
    public Piix3Lpc(InterruptInputs inputs, IMachineControl machine) : base(Identity)
    {
        _router = new PirqRouter(inputs);
        _systemControl = new SystemControlPort(machine);
        _resetControl = new ResetControl(machine);
        for (var link = 0; link < PirqRules.Links; link++)
        {
            SetConfigByte(PirqRegister + link, PirqRules.Off);
            SetWritable(PirqRegister + link, PirqRules.Writable);
        }
    }

    /// <inheritdoc/>
    public override string Kind => "piix3-lpc";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <summary>The register behind port 0xCF9; the host bridge, whose ports surround it, passes accesses on.</summary>
    public IBusDevice ResetControl => _resetControl;

    /// <summary>The last value that the guest wrote to the POST code port.</summary>
    public byte PostCode => _postCode.Last;

    /// <inheritdoc/>
    protected override bool HasIntx => false;

    /// <summary>Takes ports 0x80 and 0x92.</summary>
    public void Attach(AddressBus ports)
    {
        ports.Register(0x80, 1, _postCode);
        ports.Register(0x92, 1, _systemControl);
    }

    /// <summary>A new wire to a PIRQ link, 0 (LNKA) to 3 (LNKD).</summary>
    public IInterruptLine ConnectLink(int link) => _router.Connect(link);

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        _resetControl.Register = 0;
        _postCode.Last = 0;
        FollowRegisters();
    }

    /// <inheritdoc/>
    protected override void OnConfigWritten(int offset, ReadOnlySpan<byte> data)
    {
        if (offset < PirqRegister + PirqRules.Links && offset + data.Length > PirqRegister) FollowRegisters();
    }

    /// <inheritdoc/>
    protected override void ExportDevice(StateWriter writer)
    {
        writer.Write(_resetControl.Register);
        writer.Write(_postCode.Last);
    }

    /// <inheritdoc/>
    protected override void ImportDevice(StateReader reader)
    {
        _resetControl.Register = reader.ReadByte();
        _postCode.Last = reader.ReadByte();
        FollowRegisters();
    }

    void FollowRegisters()
    {
        // The registers are read under this lock, so that of two writers' routes the later one stays.
        lock (_routing)
        {
            Span<byte> registers = stackalloc byte[PirqRules.Links];
            for (var link = 0; link < PirqRules.Links; link++) registers[link] = GetConfigByte(PirqRegister + link);
            _router.Follow(registers);
        }
    }
}
