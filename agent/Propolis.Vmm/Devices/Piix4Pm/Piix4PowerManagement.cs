using Propolis.Vmm.Bus;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Pci;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Piix4Pm;

/// <summary>
/// The PIIX4 power management function 8086:7113 at 0.1.3: PM1 registers, PM timer and power button, SCI, S5, and the SMI command port through which a guest
/// switches to ACPI mode. Its port blocks are fixed, whatever the guest writes to configuration space.
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

    readonly Lock _gate = new();
    readonly PmTimer _timer;
    readonly PmRegisters _registers;
    readonly byte[] _smi = new byte[2];
    readonly IInterruptLine _sci;
    readonly IMachineControl _machine;
    readonly ITimer _wake;

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
        SetConfigByte(0x3c, SciInterrupt);
        SetConfigByte(0x40, 0x01);
        SetConfigByte(0x41, PmBase >> 8);
        // DEVACTB, APMC_EN: says that SMI is set up, so that SeaBIOS does not wait for one that never comes.
        SetConfigByte(0x5b, 0x02);
        SetConfigByte(0x80, 0x01);
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
