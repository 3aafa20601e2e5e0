using Propolis.Vmm.Bus;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Pci;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Piix4Pm;

/// <summary>
/// The PIIX4 power management function 8086:7113 at 0.1.3: PM1 registers, PM timer and power button, SCI, S5, and the SMI command port through which a guest
/// switches to ACPI mode. The register block is always where the ACPI tables say; firmware that moves PMBA (SeaBIOS, to 0x600) finds the same registers there, too.
/// </summary>
public sealed class Piix4PowerManagement : PciEndpoint
{
    /// <summary>Where it sits.</summary>
    public static readonly PciPath Path = new(0, 1, 3);

    /// <summary>First port of the power management block: PM1a event block; control at +4, timer at +8, GPE0 at +0xC.</summary>
    public const ushort PmBase = 0xb000;

    /// <summary>Ports at which QEMU's and OVMF's tables put GPE0, 4 bytes; the same registers as at <see cref="PmBase"/> + 0xC.</summary>
    public const ushort GeneralPurposeBase = 0xafe0;

    /// <summary>The interrupt that SCI is wired to.</summary>
    public const int SciInterrupt = 9;

    /// <summary>The SMI command port; the next one is its status byte.</summary>
    public const ushort SmiCommandPort = 0xb2;

    /// <summary>Written to the SMI command port: switch to ACPI mode.</summary>
    public const byte AcpiEnable = 0xf1;

    /// <summary>Written to the SMI command port: switch to legacy mode.</summary>
    public const byte AcpiDisable = 0xf0;

    static readonly PciIdentity Identity = new() { Vendor = 0x8086, Device = 0x7113, Revision = 3, Class = 0x06, Subclass = 0x80 };

    const int PmBaseRegister = 0x40;
    const int PmMiscRegister = 0x80;
    const byte PmEnable = 0x01;

    readonly Lock _gate = new();
    readonly Lock _moving = new();
    readonly PmTimer _timer;
    readonly PmRegisters _registers;
    readonly byte[] _smi = new byte[2];
    readonly IInterruptLine _sci;
    readonly IMachineControl _machine;
    readonly ITimer _wake;
    AddressBus? _ports;
    IDisposable? _moved;

    /// <summary>A function whose timer stands until <see cref="Start"/>; <paramref name="timerBits"/> is 24 or 32, as the FADT's TMR_VAL_EXT says.</summary>
    public Piix4PowerManagement(InterruptInputs inputs, IMachineControl machine, TimeProvider time, int timerBits = 32) : base(Identity)
    {
        _sci = inputs.Connect(SciInterrupt);
        _machine = machine;
        _timer = new PmTimer(time, timerBits);
        _registers = new PmRegisters(_timer);
        _wake = time.CreateTimer(static self => ((Piix4PowerManagement)self!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // Ports decoded, PMBA and PMREGMISC enabled, SMBus base (nothing there) as firmware would leave them.
        SetConfigByte(0x04, 0x01);
        SetConfigByte(PmBaseRegister, 0x01);
        SetConfigByte(PmBaseRegister + 1, PmBase >> 8);
        SetWritable(PmBaseRegister, 0xc0);
        SetWritable(PmBaseRegister + 1, 0xff);
        SetConfigByte(PmMiscRegister, PmEnable);
        SetWritable(PmMiscRegister, PmEnable);
        // DEVACTB APMC_EN: SeaBIOS then takes System Management Mode for set up, and does not wait for an SMI that never comes.
        SetConfigByte(0x5b, 0x02);
        SetConfigByte(0x90, 0x01);
        SetConfigByte(0x91, 0xb1);
    }

    /// <inheritdoc/>
    public override string Kind => "piix4-pm";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    protected override bool HasIntx => false;

    /// <summary>Takes the port blocks.</summary>
    public void Attach(AddressBus ports)
    {
        _ports = ports;
        ports.Register(PmBase, PmRegisters.Length, new RegisterPorts(this, 0));
        ports.Register(GeneralPurposeBase, 4, new RegisterPorts(this, PmRegisters.GeneralPurpose));
        ports.Register(SmiCommandPort, 2, new SmiPorts(this));
    }

    /// <summary>Presses the power button. False when no operating system listens to it: it will then notice only if it starts to listen.</summary>
    public bool PressPowerButton()
    {
        lock (_gate)
        {
            _registers.PressPowerButton();
            Update();
            return _registers.IsPowerButtonEnabled;
        }
    }

    /// <inheritdoc/>
    public override void Start() => Resume();

    /// <inheritdoc/>
    public override Task PauseAsync()
    {
        lock (_gate)
        {
            _registers.FollowTimer();
            _timer.Stop();
            _wake.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Resume()
    {
        lock (_gate)
        {
            _timer.Run();
            Update();
        }
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        lock (_gate)
        {
            _timer.Reset();
            _registers.Reset();
            Array.Clear(_smi);
            Update();
        }
        FollowBase();
    }

    /// <inheritdoc/>
    public override void Halt() => _wake.Dispose();

    /// <inheritdoc/>
    protected override void ExportDevice(StateWriter writer)
    {
        lock (_gate)
        {
            _timer.Export(writer);
            _registers.Export(writer);
            writer.Write((ReadOnlySpan<byte>)_smi);
        }
    }

    /// <inheritdoc/>
    protected override void ImportDevice(StateReader reader)
    {
        lock (_gate)
        {
            _timer.Import(reader);
            _registers.Import(reader);
            reader.ReadBytes(_smi);
            Update();
        }
        FollowBase();
    }

    /// <inheritdoc/>
    protected override void OnConfigWritten(int offset, ReadOnlySpan<byte> data)
    {
        if (offset is PmBaseRegister or PmBaseRegister + 1 or PmMiscRegister) FollowBase();
    }

    /// <summary>Shows the registers a second time where PMBA points, unless that is where they are anyway.</summary>
    void FollowBase()
    {
        lock (_moving)
        {
            _moved?.Dispose();
            _moved = null;
            var start = (ushort)((GetConfigByte(PmBaseRegister + 1) << 8) | (GetConfigByte(PmBaseRegister) & 0xc0));
            var enabled = (GetConfigByte(PmMiscRegister) & PmEnable) != 0;
            if (enabled && start is not (0 or PmBase)) _moved = _ports?.Register(start, PmRegisters.Length, new RegisterPorts(this, 0));
        }
    }

    void OnTimer()
    {
        lock (_gate)
        {
            _registers.FollowTimer();
            Update();
        }
    }

    /// <summary>Drives SCI and arms the timer; under the lock, so that the line never shows an older state than the registers.</summary>
    void Update()
    {
        if (_registers.Sci) _sci.Assert();
        else _sci.Deassert();
        if (_registers.AwaitsTimer) _wake.Change(_timer.UntilNextHalfPeriod, Timeout.InfiniteTimeSpan);
    }

    void WriteRegisters(int offset, ReadOnlySpan<byte> data)
    {
        SleepRequest request;
        lock (_gate)
        {
            request = _registers.Write(offset, data);
            Update();
        }
        if (request == SleepRequest.PowerOff) _machine.GuestPowerOff("acpi s5");
    }

    sealed class RegisterPorts(Piix4PowerManagement owner, int start) : IBusDevice
    {
        public void Read(ulong offset, Span<byte> data)
        {
            lock (owner._gate) owner._registers.Read(start + (int)offset, data);
        }

        public void Write(ulong offset, ReadOnlySpan<byte> data) => owner.WriteRegisters(start + (int)offset, data);
    }

    sealed class SmiPorts(Piix4PowerManagement owner) : IBusDevice
    {
        public void Read(ulong offset, Span<byte> data)
        {
            lock (owner._gate) owner._smi.AsSpan((int)offset, data.Length).CopyTo(data);
        }

        public void Write(ulong offset, ReadOnlySpan<byte> data)
        {
            lock (owner._gate)
            {
                data.CopyTo(owner._smi.AsSpan((int)offset));
                if (offset == 0 && data[0] is AcpiEnable or AcpiDisable) owner._registers.SetAcpiMode(data[0] == AcpiEnable);
            }
        }
    }
}
