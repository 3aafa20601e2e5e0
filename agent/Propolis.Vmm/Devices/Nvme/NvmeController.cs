using Propolis.Vmm.Block;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Io;
using Propolis.Vmm.Pci;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>
/// An NVMe disk on a PCI bus (NVM Express 1.4): the chip's registers in BAR 0, MSI-X in BAR 4. It serves one block backend, which its owner starts and disposes, as one
/// namespace. Commands are fetched on an I/O thread, never on a vCPU's.
/// Lock order: interrupt gate, then the configuration lock; the doorbells' own lock below the configuration lock.
/// </summary>
public sealed class NvmeController : PciEndpoint, IBusDevice, INvmeAttachment
{
    const int RegisterBar = 0;
    const int MsixBar = 4;

    static readonly PciIdentity Identity = new()
    {
        Vendor = 0x01de,
        Device = 0x0000,
        Class = 0x01,
        Subclass = 0x08,
        ProgrammingInterface = 0x02,
        SubsystemVendor = 0x01de,
    };

    readonly NvmeOptions _options;
    readonly IBlockBackend _backend;
    readonly TimeProvider _clock;
    readonly IoEvent _wake;
    readonly NvmeDoorbells _doorbells;
    readonly Lock _interruptGate = new();
    NvmeChip? _chip;

    /// <summary>A disk for <paramref name="backend"/>, whose commands are fetched on <paramref name="thread"/>; all stay the caller's.</summary>
    public NvmeController(NvmeOptions options, IBlockBackend backend, IoThread thread, TimeProvider clock) : base(Identity)
    {
        _options = options;
        _backend = backend;
        _clock = clock;
        AddBar(RegisterBar, BarKind.Memory64, NvmeChip.BarSize, this);
        AddMsix(MsixBar, NvmeRules.Vectors);
        _wake = thread.AddEvent(Service);
        _doorbells = new NvmeDoorbells(_wake.Descriptor);
    }

    /// <inheritdoc/>
    public override string Kind => "nvme";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <summary>What the disk has done.</summary>
    public NvmeCounters Counters => Chip.Counters;

    /// <inheritdoc/>
    bool INvmeAttachment.UsesPin => !Msix!.IsEnabled;

    /// <inheritdoc/>
    bool INvmeAttachment.IsBusMaster => IsBusMaster;

    NvmeChip Chip => _chip ?? throw new InvalidOperationException("The controller is not on a bus yet.");

    /// <inheritdoc/>
    public override void Connect(PciSlot slot)
    {
        base.Connect(slot);
        _chip = new NvmeChip(_options, Identity, _backend, slot.Memory, this, _clock);
    }

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data) => Chip.Read(offset, data);

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data) => Chip.Write(offset, data);

    /// <inheritdoc/>
    public override Task PauseAsync() => Chip.PauseAsync();

    /// <inheritdoc/>
    public override void Resume() => Chip.Resume();

    /// <inheritdoc/>
    public override void Reset()
    {
        Chip.Reset();
        base.Reset();
    }

    /// <inheritdoc/>
    public override void Halt()
    {
        _doorbells.Dispose();
        _wake.Dispose();
    }

    /// <inheritdoc/>
    void INvmeAttachment.Wake() => _wake.Signal();

    /// <inheritdoc/>
    void INvmeAttachment.Interrupt(CompletionQueue queue)
    {
        if (Msix!.IsEnabled) Msix.Signal(queue.Vector);
        else UpdatePin();
    }

    /// <inheritdoc/>
    void INvmeAttachment.UpdatePin() => UpdatePin();

    /// <inheritdoc/>
    void INvmeAttachment.UpdateDoorbells() => _doorbells.Select(Slot.BindDoorbell, Chip.ShadowedQueues);

    /// <inheritdoc/>
    protected override void ExportDevice(StateWriter writer) => Chip.Export(writer);

    /// <inheritdoc/>
    protected override void ImportDevice(StateReader reader) => Chip.Import(reader);

    /// <inheritdoc/>
    protected override void OnBarMoved(int index, ulong? address)
    {
        if (index == RegisterBar) _doorbells.Move(Slot.BindDoorbell, address);
    }

    /// <inheritdoc/>
    protected override void OnConfigWritten(int offset, ReadOnlySpan<byte> data)
    {
        // Bus mastering may have been granted, or MSI-X switched: commands or a level wait for that.
        UpdatePin();
        _wake.Signal();
    }

    void Service() => _chip?.Service();

    void UpdatePin()
    {
        // One at a time, so that the last level set is the last one found.
        lock (_interruptGate) SetIntx(!Msix!.IsEnabled && _chip is { IsPinHigh: true });
    }
}
