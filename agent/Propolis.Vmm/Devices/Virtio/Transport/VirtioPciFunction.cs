using System.Buffers.Binary;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Devices.Virtio.Queue;
using Propolis.Vmm.Io;
using Propolis.Vmm.Pci;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Virtio.Transport;

/// <summary>
/// A virtio device on a PCI bus (VIRTIO 1.2, 4.1): modern registers in BAR 2, MSI-X in BAR 1, and for a transitional device legacy registers in BAR 0.
/// Queues are served on the given I/O threads, never on a vCPU's.
/// Lock order: control gate, queue gate, interrupt gate, configuration lock. Doorbells have a lock of their own below the configuration lock.
/// </summary>
public sealed class VirtioPciFunction : PciEndpoint, IBusDevice, IVirtioTransport
{
    const ushort VirtioVendor = 0x1af4;
    const int LegacyBar = 0;
    const int MsixBar = 1;
    const int ModernBar = 2;
    const int PageSize = 0x1000;
    const int CommonPage = 0;
    const int DevicePage = 1;
    const int NotifyPage = 2;
    const int IsrPage = 3;
    const int NotifyStride = 4;
    const byte IsrQueue = 1;
    const byte IsrConfiguration = 2;

    readonly VirtioDevice _device;
    readonly VirtioControl _control;
    readonly CommonRegisters _common;
    readonly LegacyRegisters? _legacy;
    readonly Doorbells _doorbells;
    readonly IReadOnlyList<IoThread> _threads;
    readonly Lock _interruptGate = new();
    readonly int _window;
    byte _isr;

    /// <summary>Attaches a device; with <paramref name="isTransitional"/> legacy drivers find it too. <paramref name="threads"/> stay the caller's.</summary>
    public VirtioPciFunction(VirtioDevice device, IReadOnlyList<IoThread> threads, bool isTransitional = true)
        : base(Identify(device.Type, isTransitional))
    {
        _device = device;
        _threads = threads;
        var vectors = device.Queues.Length + 1;
        _control = new VirtioControl(device, vectors);
        _common = new CommonRegisters(_control, device, Kick);
        if (isTransitional)
        {
            _legacy = new LegacyRegisters(_control, device, this);
            AddBar(LegacyBar, BarKind.Port, LegacyRegisters.Length, _legacy);
        }
        AddMsix(MsixBar, vectors);
        AddBar(ModernBar, BarKind.Memory32, 4 * PageSize, this);
        AddStructure(VirtioPciCapability.Common, CommonPage, CommonRegisters.Length);
        AddStructure(VirtioPciCapability.Device, DevicePage, (uint)device.ConfigurationLength);
        AddStructure(VirtioPciCapability.Notify, NotifyPage, (uint)device.Queues.Length * NotifyStride, NotifyStride);
        AddStructure(VirtioPciCapability.Isr, IsrPage, 1);
        _window = AddWindow();
        _doorbells = new Doorbells(device, threads);
    }

    /// <inheritdoc/>
    public override string Kind => _device.Kind;

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public ulong Features => _control.Features;

    /// <summary>The guest switched MSI-X on.</summary>
    internal bool UsesMsix => Msix!.IsEnabled;

    /// <inheritdoc/>
    public override void Connect(PciSlot slot)
    {
        base.Connect(slot);
        _device.Connect(slot.Memory, this);
    }

    /// <inheritdoc/>
    public override void Start() => _device.Start(_threads);

    /// <inheritdoc/>
    public override Task PauseAsync()
    {
        var queues = _device.Queues;
        var drained = new Task[queues.Length];
        for (var i = 0; i < queues.Length; i++) drained[i] = queues[i].PauseAsync();
        return Task.WhenAll(drained);
    }

    /// <inheritdoc/>
    public override void Resume()
    {
        foreach (var queue in _device.Queues)
        {
            queue.Resume();
            // Whatever was asked for while paused, or before this process knew the guest, has no doorbell of its own any more.
            Kick(queue.Index);
        }
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        lock (_control.Gate) _control.Reset();
        TakeIsr();
        base.Reset();
    }

    /// <inheritdoc/>
    public override void Halt()
    {
        _doorbells.Dispose();
        _device.Halt();
    }

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data)
    {
        var at = (int)(offset % PageSize);
        switch (offset / PageSize)
        {
            case CommonPage:
                _common.Read(at, data);
                break;
            case DevicePage:
                _device.ReadConfiguration(at, data);
                break;
            case IsrPage:
                data.Clear();
                if (at == 0) data[0] = TakeIsr();
                break;
            default:
                data.Clear();
                break;
        }
    }

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        var at = (int)(offset % PageSize);
        switch (offset / PageSize)
        {
            case CommonPage:
                _common.Write(at, data);
                if (IsReset(at, data)) TakeIsr();
                break;
            case DevicePage:
                _device.WriteConfiguration(at, data);
                break;
            case NotifyPage:
                Kick(at / NotifyStride);
                break;
        }
    }

    /// <inheritdoc/>
    public void Kick(int queue) => _doorbells.Ring(queue);

    /// <inheritdoc/>
    public void QueueUsed(VirtQueue queue) => Interrupt(queue.Vector, IsrQueue);

    /// <inheritdoc/>
    public void ConfigurationChanged()
    {
        _control.ConfigurationChanged();
        Interrupt(_control.ConfigurationVector, IsrConfiguration);
    }

    /// <summary>Reads and clears the ISR status, which lowers the interrupt pin (4.1.4.5).</summary>
    internal byte TakeIsr()
    {
        lock (_interruptGate)
        {
            var isr = _isr;
            _isr = 0;
            if (isr != 0) SetIntx(false);
            return isr;
        }
    }

    /// <inheritdoc/>
    protected override void OnBarMoved(int index, ulong? address)
    {
        if (index == ModernBar) _doorbells.BindModern(Slot.BindDoorbell, address + NotifyPage * PageSize, NotifyStride);
        else if (index == LegacyBar) _doorbells.BindLegacy(Slot.BindDoorbell, address + LegacyRegisters.QueueNotify);
    }

    /// <inheritdoc/>
    protected override void OnConfigRead(int offset, Span<byte> data)
    {
        if (!TouchesWindow(offset, data.Length) || !TryOpenWindow(out var target, out var at, out var width)) return;
        Span<byte> value = stackalloc byte[4];
        target.Read(at, value[..width]);
        for (var i = 0; i < data.Length; i++)
        {
            var position = offset + i - WindowData;
            if (position >= 0 && position < width) data[i] = value[position];
        }
    }

    /// <inheritdoc/>
    protected override void OnConfigWritten(int offset, ReadOnlySpan<byte> data)
    {
        if (!TouchesWindow(offset, data.Length) || !TryOpenWindow(out var target, out var at, out var width)) return;
        Span<byte> value = stackalloc byte[4];
        for (var i = 0; i < width; i++) value[i] = GetConfigByte(WindowData + i);
        target.Write(at, value[..width]);
    }

    /// <inheritdoc/>
    protected override void ExportDevice(StateWriter writer)
    {
        lock (_control.Gate)
        {
            writer.Write(_isr);
            _control.Export(writer);
        }
    }

    /// <inheritdoc/>
    protected override void ImportDevice(StateReader reader)
    {
        lock (_control.Gate)
        {
            _isr = reader.ReadByte();
            _control.Import(reader);
        }
    }

    // pci_cfg_data of the access capability (4.1.4.9): 16 bytes behind the capability's start.
    int WindowData => _window + 16;

    static PciIdentity Identify(VirtioDeviceType type, bool isTransitional)
    {
        var (baseClass, subclass) = type switch
        {
            VirtioDeviceType.Network => (0x02, 0x00),
            VirtioDeviceType.Block => (0x01, 0x00),
            _ => (0xff, 0x00),
        };
        return new PciIdentity
        {
            Vendor = VirtioVendor,
            // Transitional: 0x1000 network, 0x1001 block, revision 0, the type as subsystem; modern: 0x1040 + type (4.1.2).
            Device = (ushort)(isTransitional ? 0x1000 + (type == VirtioDeviceType.Network ? 0 : (int)type - 1) : 0x1040 + (int)type),
            Revision = (byte)(isTransitional ? 0 : 1),
            Class = (byte)baseClass,
            Subclass = (byte)subclass,
            SubsystemVendor = VirtioVendor,
            Subsystem = (ushort)(isTransitional ? (int)type : 0x40 + (int)type),
        };
    }

    static bool IsReset(int offset, ReadOnlySpan<byte> data) => offset == CommonRegisters.Status && data.Length == 1 && data[0] == 0;

    void AddStructure(VirtioPciCapability type, int page, uint length, uint? multiplier = null)
    {
        Span<byte> body = stackalloc byte[18];
        body.Clear();
        var size = multiplier is null ? 14 : 18;
        body[0] = (byte)(size + 2);
        body[1] = (byte)type;
        body[2] = ModernBar;
        BinaryPrimitives.WriteUInt32LittleEndian(body[6..], (uint)(page * PageSize));
        BinaryPrimitives.WriteUInt32LittleEndian(body[10..], length);
        BinaryPrimitives.WriteUInt32LittleEndian(body[14..], multiplier ?? 0);
        AddCapability(0x09, body[..size]);
    }

    int AddWindow()
    {
        Span<byte> body = stackalloc byte[18];
        body.Clear();
        body[0] = 20;
        body[1] = (byte)VirtioPciCapability.PciAccess;
        var offset = AddCapability(0x09, body);
        // Bar, offset, length and data are the driver's.
        SetWritable(offset + 4, 0xff);
        for (var i = 8; i < 20; i++) SetWritable(offset + i, 0xff);
        return offset;
    }

    bool TouchesWindow(int offset, int length) => offset < WindowData + 4 && offset + length > WindowData;

    bool TryOpenWindow(out IBusDevice target, out ulong at, out int width)
    {
        target = this;
        at = ReadWindowRegister(8);
        width = (int)Math.Min(ReadWindowRegister(12), 5);
        var bar = GetConfigByte(_window + 4);
        if (bar == LegacyBar && _legacy is not null) target = _legacy;
        else if (bar != ModernBar) return false;
        var size = bar == LegacyBar ? LegacyRegisters.Length : 4 * PageSize;
        return width is 1 or 2 or 4 && at % (uint)width == 0 && at + (uint)width <= (uint)size;
    }

    uint ReadWindowRegister(int offset)
    {
        uint value = 0;
        for (var i = 0; i < 4; i++) value |= (uint)GetConfigByte(_window + offset + i) << (8 * i);
        return value;
    }

    void Interrupt(ushort vector, byte cause)
    {
        if (UsesMsix)
        {
            if (vector != VirtQueue.NoVector) Msix!.Signal(vector);
            return;
        }
        // The bit and the pin change together, or a driver that reads the ISR in between leaves the pin wrong.
        lock (_interruptGate)
        {
            _isr |= cause;
            SetIntx(true);
        }
    }
}
