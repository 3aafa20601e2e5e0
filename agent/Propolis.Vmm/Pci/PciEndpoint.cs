using System.Buffers.Binary;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Machine;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Pci;

/// <summary>
/// Base of every device on a PCI bus: configuration header, BARs, capabilities, MSI-X, INTx and their snapshot (PCI Local Bus Specification 3.0, chapter 6). A device
/// declares what it has in its constructor and then answers its BARs.
/// Lock order: the configuration lock, then the bus's writer lock. No device lock is taken under the configuration lock but in the hooks that say so.
/// </summary>
public abstract class PciEndpoint : IPciFunction, ILifecycle, ISnapshot
{
    const int CommandRegister = 0x04;
    const int StatusRegister = 0x06;
    const int Bar0Register = 0x10;
    const int CapabilityPointer = 0x34;
    const int InterruptLineRegister = 0x3c;
    const int InterruptPinRegister = 0x3d;
    const ushort CommandPorts = 1;
    const ushort CommandMemory = 2;
    const ushort CommandBusMaster = 4;
    const ushort CommandInterruptDisable = 0x400;
    const byte StatusCapabilities = 0x10;
    const byte StatusInterrupt = 0x08;

    readonly Lock _configGate = new();
    readonly byte[] _config = new byte[256];
    readonly byte[] _writable = new byte[256];
    readonly byte[] _initial = new byte[256];
    readonly PciBar?[] _bars = new PciBar?[6];
    readonly ulong[] _mappedAt = new ulong[6];
    PciSlot? _slot;
    int _lastCapability;
    int _nextCapability = 0x40;
    int _msixControl;
    bool _intxAsserted;

    /// <summary>Starts a header with the given identity.</summary>
    protected PciEndpoint(PciIdentity identity)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_config, identity.Vendor);
        BinaryPrimitives.WriteUInt16LittleEndian(_config.AsSpan(0x02), identity.Device);
        _config[0x08] = identity.Revision;
        _config[0x09] = identity.ProgrammingInterface;
        _config[0x0a] = identity.Subclass;
        _config[0x0b] = identity.Class;
        _config[0x0e] = identity.HeaderType;
        BinaryPrimitives.WriteUInt16LittleEndian(_config.AsSpan(0x2c), identity.SubsystemVendor);
        BinaryPrimitives.WriteUInt16LittleEndian(_config.AsSpan(0x2e), identity.Subsystem);
        SetWritable(CommandRegister, CommandPorts | CommandMemory | CommandBusMaster | CommandInterruptDisable & 0xff);
        SetWritable(CommandRegister + 1, CommandInterruptDisable >> 8);
        SetWritable(0x0c, 0xff);
        SetWritable(InterruptLineRegister, 0xff);
    }

    /// <inheritdoc/>
    public abstract string Kind { get; }

    /// <inheritdoc/>
    public abstract int Version { get; }

    /// <summary>The MSI-X table, null for a device without one.</summary>
    protected MsixTable? Msix { get; private set; }

    /// <summary>The place the bus gave; reading it before <see cref="Connect"/> is a programmer error.</summary>
    protected PciSlot Slot => _slot ?? throw new InvalidOperationException("The function is not on a bus yet.");

    /// <summary>The guest lets the device read and write memory.</summary>
    protected bool IsBusMaster => (Volatile.Read(ref _config[CommandRegister]) & CommandBusMaster) != 0;

    /// <inheritdoc/>
    public virtual void Connect(PciSlot slot)
    {
        _slot = slot;
        Msix?.Connect(slot.Msi);
        _config[InterruptPinRegister] = HasIntx ? slot.IntxPin : (byte)0;
        _config.CopyTo(_initial, 0);
    }

    /// <inheritdoc/>
    public void ReadConfig(int offset, Span<byte> data)
    {
        lock (_configGate)
        {
            for (var i = 0; i < data.Length; i++) data[i] = ReadConfigByte(offset + i);
        }
        OnConfigRead(offset, data);
    }

    /// <inheritdoc/>
    public void WriteConfig(int offset, ReadOnlySpan<byte> data)
    {
        lock (_configGate)
        {
            if (offset is >= Bar0Register and < Bar0Register + 24 && HasBars) WriteBar(offset, data);
            else WriteMasked(offset, data);
            RemapBars();
            FollowControls();
        }
        OnConfigWritten(offset, data);
    }

    /// <inheritdoc/>
    public virtual void Start() { }

    /// <inheritdoc/>
    public virtual Task PauseAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public virtual void Resume() { }

    /// <summary>Returns the header, BARs and MSI-X to power-on; a device resets its own state and then calls this.</summary>
    public virtual void Reset()
    {
        lock (_configGate)
        {
            _initial.CopyTo(_config, 0);
            for (var i = 0; i < _bars.Length; i++) RestoreBar(i, 0);
            Msix?.Reset();
            DriveIntx(false);
        }
    }

    /// <inheritdoc/>
    public virtual void Halt() { }

    /// <summary>Writes header, BARs, MSI-X and INTx, then the device's own part.</summary>
    public void Export(StateWriter writer)
    {
        lock (_configGate)
        {
            writer.Write((ReadOnlySpan<byte>)_config);
            foreach (var bar in _bars) writer.Write(bar?.Address ?? 0);
            writer.Write(_intxAsserted);
            Msix?.Export(writer);
        }
        ExportDevice(writer);
    }

    /// <summary>Replaces header, BARs, MSI-X and INTx, then the device's own part.</summary>
    public void Import(StateReader reader)
    {
        lock (_configGate)
        {
            Span<byte> config = stackalloc byte[256];
            reader.ReadBytes(config);
            if (!config[..4].SequenceEqual(_config.AsSpan(0, 4))) throw new StateFormatException($"{reader.Owner}: the payload is of another PCI device.");
            config.CopyTo(_config);
            for (var i = 0; i < _bars.Length; i++) RestoreBar(i, reader.ReadUInt64());
            var asserted = reader.ReadBoolean();
            Msix?.Import(reader);
            RemapBars();
            FollowControls();
            DriveIntx(asserted);
        }
        ImportDevice(reader);
    }

    /// <summary>Writes what the device adds to the base's state.</summary>
    protected abstract void ExportDevice(StateWriter writer);

    /// <summary>Replaces what the device adds to the base's state.</summary>
    protected abstract void ImportDevice(StateReader reader);

    /// <summary>Declares a base address register; called from the constructor.</summary>
    protected void AddBar(int index, BarKind kind, ulong size, IBusDevice device)
    {
        if (!ulong.IsPow2(size)) throw new ArgumentOutOfRangeException(nameof(size), size, "A BAR's size is a power of two.");
        _bars[index] = new PciBar(index, kind, size, device);
    }

    /// <summary>Declares an MSI-X table with its own BAR and capability; called from the constructor.</summary>
    protected void AddMsix(int barIndex, int vectors)
    {
        Msix = new MsixTable(vectors);
        AddBar(barIndex, BarKind.Memory32, Math.Max(Msix.BarSize, 4096), Msix);
        Span<byte> body = stackalloc byte[10];
        BinaryPrimitives.WriteUInt16LittleEndian(body, (ushort)(vectors - 1));
        BinaryPrimitives.WriteUInt32LittleEndian(body[2..], (uint)barIndex);
        BinaryPrimitives.WriteUInt32LittleEndian(body[6..], Msix.PendingOffset | (uint)barIndex);
        _msixControl = AddCapability(0x11, body) + 2;
        SetWritable(_msixControl + 1, 0xc0);
    }

    /// <summary>Appends a capability (id, next, then <paramref name="body"/>) and returns its offset; called from the constructor.</summary>
    protected int AddCapability(byte id, ReadOnlySpan<byte> body)
    {
        var offset = _nextCapability;
        if (offset + 2 + body.Length > 256) throw new InvalidOperationException("Configuration space has no room for another capability.");
        _config[offset] = id;
        body.CopyTo(_config.AsSpan(offset + 2));
        if (_lastCapability == 0) _config[CapabilityPointer] = (byte)offset;
        else _config[_lastCapability + 1] = (byte)offset;
        _config[StatusRegister] |= StatusCapabilities;
        _lastCapability = offset;
        _nextCapability = (offset + 2 + body.Length + 3) & ~3;
        return offset;
    }

    /// <summary>Lets the guest write the given bits of a configuration byte.</summary>
    protected void SetWritable(int offset, int bits) => _writable[offset] |= (byte)bits;

    /// <summary>Sets a configuration byte, writable or not; from the constructor or under the device's rules.</summary>
    protected void SetConfigByte(int offset, byte value)
    {
        lock (_configGate) _config[offset] = value;
    }

    /// <summary>A configuration byte as it stands.</summary>
    protected byte GetConfigByte(int offset)
    {
        lock (_configGate) return _config[offset];
    }

    /// <summary>True when the header's registers 0x10 to 0x27 are six BARs (an endpoint).</summary>
    protected virtual bool HasBars => true;

    /// <summary>True when the function has an interrupt pin; bridges and chipset functions have none.</summary>
    protected virtual bool HasIntx => true;

    /// <summary>After a configuration read, outside the lock: a device may replace the bytes (windows, live registers).</summary>
    protected virtual void OnConfigRead(int offset, Span<byte> data) { }

    /// <summary>After a configuration write, outside the lock.</summary>
    protected virtual void OnConfigWritten(int offset, ReadOnlySpan<byte> data) { }

    /// <summary>A BAR was mapped, moved or unmapped (null): rebind doorbells. Called under the configuration lock.</summary>
    protected virtual void OnBarMoved(int index, ulong? address) { }

    /// <summary>
    /// Sets the level of the function's interrupt pin; quiet while MSI-X is on or the guest disabled INTx. Devices that use MSI-X call
    /// <see cref="MsixTable.Signal"/> instead when <see cref="MsixTable.IsEnabled"/>.
    /// </summary>
    protected void SetIntx(bool asserted)
    {
        lock (_configGate) DriveIntx(asserted);
    }

    bool IntxAllowed => Msix?.IsEnabled != true && (_config[CommandRegister + 1] & (CommandInterruptDisable >> 8)) == 0;

    void DriveIntx(bool asserted)
    {
        _intxAsserted = asserted;
        _config[StatusRegister] = (byte)(asserted ? _config[StatusRegister] | StatusInterrupt : _config[StatusRegister] & ~StatusInterrupt);
        if (_slot?.Intx is not { } line) return;
        if (asserted && IntxAllowed) line.Assert();
        else line.Deassert();
    }

    byte ReadConfigByte(int offset)
    {
        if (HasBars && offset is >= Bar0Register and < Bar0Register + 24)
        {
            var index = (offset - Bar0Register) / 4;
            var high = IsHighHalf(index);
            var value = _bars[high ? index - 1 : index]?.ReadRegister(high) ?? 0;
            return (byte)(value >> (offset % 4 * 8));
        }
        return _config[offset];
    }

    void WriteBar(int offset, ReadOnlySpan<byte> data)
    {
        var index = (offset - Bar0Register) / 4;
        var high = IsHighHalf(index);
        if (_bars[high ? index - 1 : index] is not { } bar) return;
        Span<byte> register = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(register, bar.ReadRegister(high));
        data.CopyTo(register[(offset % 4)..]);
        bar.WriteRegister(high, BinaryPrimitives.ReadUInt32LittleEndian(register));
    }

    bool IsHighHalf(int index) => index > 0 && _bars[index - 1]?.Kind == BarKind.Memory64;

    void WriteMasked(int offset, ReadOnlySpan<byte> data)
    {
        for (var i = 0; i < data.Length; i++)
        {
            var mask = _writable[offset + i];
            _config[offset + i] = (byte)((_config[offset + i] & ~mask) | (data[i] & mask));
        }
    }

    void RemapBars()
    {
        if (_slot is null) return;
        var command = _config[CommandRegister];
        foreach (var bar in _bars)
        {
            if (bar is null) continue;
            var isPort = bar.Kind == BarKind.Port;
            var decode = (command & (isPort ? CommandPorts : CommandMemory)) != 0;
            if (!bar.Remap(isPort ? _slot.Ports : _slot.MemoryMapped, decode, _mappedAt[bar.Index], out var now)) continue;
            _mappedAt[bar.Index] = now;
            OnBarMoved(bar.Index, now == 0 ? null : now);
        }
    }

    void RestoreBar(int index, ulong address)
    {
        if (_bars[index] is not { } bar) return;
        var wasMapped = bar.IsMapped;
        bar.Restore(address);
        _mappedAt[index] = 0;
        if (wasMapped) OnBarMoved(index, null);
    }

    void FollowControls()
    {
        if (Msix is { } msix)
        {
            var control = _config[_msixControl + 1];
            msix.SetControl((control & 0x80) != 0, (control & 0x40) != 0);
        }
        DriveIntx(_intxAsserted);
    }
}
