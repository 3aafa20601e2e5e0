using System.Buffers.Binary;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Memory;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.FwCfg;

/// <summary>
/// The firmware configuration device (QEMU, docs/specs/fw_cfg): a selector and a data port, and DMA. Firmware reads tables, boot order and sizes here.
/// Register it at <see cref="FirstPort"/> for <see cref="PortCount"/> ports.
/// </summary>
public sealed class FwCfgDevice : IBusDevice, ILifecycle, ISnapshot
{
    /// <summary>The selector port; data is one above, DMA address four (high half) and eight (low half) above.</summary>
    public const ushort FirstPort = 0x510;

    /// <summary>Ports in use.</summary>
    public const byte PortCount = 12;

    const ulong DmaSignature = 0x51454d5520434647; // "QEMU CFG"
    const ushort KeyMask = 0xbfff; // bit 14 asked for write access once

    readonly Lock _gate = new();
    readonly GuestMemory _memory;
    readonly Dictionary<ushort, FwCfgItem> _powerOn;
    Dictionary<ushort, FwCfgItem> _items;
    FwCfgItem? _selected;
    ushort _key;
    uint _offset;
    uint _dmaHigh;
    long _rejected;

    /// <summary>A device that offers <paramref name="items"/> (from <see cref="FwCfgCatalog.Build"/>) and moves data in <paramref name="memory"/>.</summary>
    public FwCfgDevice(IReadOnlyList<FwCfgItem> items, GuestMemory memory)
    {
        _memory = memory;
        _powerOn = items.ToDictionary(i => i.Key);
        _items = new Dictionary<ushort, FwCfgItem>(_powerOn);
        Select(0);
    }

    /// <inheritdoc/>
    public string Kind => "qemu-fwcfg";

    /// <inheritdoc/>
    public int Version => 1;

    /// <summary>DMA commands answered with the error bit, since creation.</summary>
    public long RejectedCommands => Interlocked.Read(ref _rejected);

    /// <summary>A copy of the content behind a file name, null without such a file.</summary>
    public byte[]? ReadFile(string name)
    {
        lock (_gate) return (byte[]?)_items.Values.FirstOrDefault(i => i.Name == name)?.Content.Clone();
    }

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data)
    {
        switch (offset)
        {
            case 1 when data.Length == 1:
                lock (_gate) data[0] = NextByte();
                break;
            case 4 or 8 when data.Length == 4:
                BinaryPrimitives.WriteUInt32BigEndian(data, (uint)(offset == 4 ? DmaSignature >> 32 : DmaSignature));
                break;
        }
    }

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        switch (offset)
        {
            case 0 when data.Length == 2:
                lock (_gate) Select(BinaryPrimitives.ReadUInt16LittleEndian(data));
                break;
            case 4 when data.Length == 4:
                lock (_gate) _dmaHigh = BinaryPrimitives.ReadUInt32BigEndian(data);
                break;
            case 8 when data.Length == 4:
                StartDma(BinaryPrimitives.ReadUInt32BigEndian(data));
                break;
        }
    }

    /// <inheritdoc/>
    public void Reset()
    {
        lock (_gate)
        {
            _items = new Dictionary<ushort, FwCfgItem>(_powerOn);
            _dmaHigh = 0;
            Select(0);
        }
    }

    /// <inheritdoc/>
    public void Export(StateWriter writer)
    {
        lock (_gate)
        {
            writer.Write(_key);
            writer.Write(_offset);
            writer.Write(_dmaHigh);
            writer.Write(_items.Count);
            foreach (var item in _items.Values.OrderBy(i => i.Key))
            {
                writer.Write(item.Key);
                writer.Write(item.Name ?? "");
                writer.Write(item.Content);
            }
        }
    }

    /// <inheritdoc/>
    public void Import(StateReader reader)
    {
        var key = reader.ReadUInt16();
        var offset = reader.ReadUInt32();
        var dmaHigh = reader.ReadUInt32();
        var items = new Dictionary<ushort, FwCfgItem>();
        for (var left = reader.ReadUInt32(); left > 0; left--)
        {
            var item = ReadItem(reader);
            if (!items.TryAdd(item.Key, item)) throw new StateFormatException($"{reader.Owner}: selector 0x{item.Key:x} occurs twice.");
        }
        reader.ExpectEnd();
        lock (_gate)
        {
            _items = items;
            _dmaHigh = dmaHigh;
            Select(key);
            _offset = offset;
        }
    }

    /// <summary>An item keeps the sink that this machine has for its name, so that the guest can go on writing it.</summary>
    FwCfgItem ReadItem(StateReader reader)
    {
        var key = reader.ReadUInt16();
        var name = reader.ReadString();
        var content = reader.ReadBytes().ToArray();
        var sink = name.Length == 0 ? null : _powerOn.Values.FirstOrDefault(i => i.Name == name)?.Sink;
        return new FwCfgItem(key, name.Length == 0 ? null : name, content, sink);
    }

    void Select(ushort key)
    {
        _key = (ushort)(key & KeyMask);
        _offset = 0;
        _selected = _items.GetValueOrDefault(_key);
    }

    byte NextByte() => _selected is { } item && _offset < item.Content.Length ? item.Content[_offset++] : (byte)0;

    void StartDma(uint low)
    {
        FwCfgItem? written = null;
        lock (_gate)
        {
            var address = (ulong)_dmaHigh << 32 | low;
            _dmaHigh = 0;
            Span<byte> bytes = stackalloc byte[FwCfgDmaDescriptor.Size];
            var done = _memory.TryRead(address, bytes) && Execute(FwCfgDmaDescriptor.Decode(bytes), out written);
            if (!done) Interlocked.Increment(ref _rejected);
            Span<byte> answer = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(answer, done ? 0 : FwCfgDmaDescriptor.Error);
            _memory.TryWrite(address, answer);
        }
        written?.Sink?.Written(written.Content);
    }

    bool Execute(FwCfgDmaDescriptor command, out FwCfgItem? written)
    {
        written = null;
        if (command.Selects) Select(command.Key);
        if (command.Length == 0) return true;
        if (command.Reads) return CopyToGuest(command);
        if (command.Writes) return CopyFromGuest(command, out written);
        if (command.Skips) Advance(command.Length);
        return true;
    }

    /// <summary>Copies what is left of the item; behind its end the guest reads zeroes.</summary>
    bool CopyToGuest(FwCfgDmaDescriptor command)
    {
        var content = _selected?.Content ?? [];
        var start = (int)Math.Min(_offset, (uint)content.Length);
        var count = (int)Math.Min(command.Length, (uint)(content.Length - start));
        if (!_memory.IsRam(command.Address, command.Length)) return false;
        _memory.TryWrite(command.Address, content.AsSpan(start, count));
        _memory.TryClear(command.Address + (uint)count, command.Length - (uint)count);
        Advance(command.Length);
        return true;
    }

    bool CopyFromGuest(FwCfgDmaDescriptor command, out FwCfgItem? written)
    {
        written = null;
        if (_selected is not { Sink: not null } item || _offset > item.Content.Length || command.Length > item.Content.Length - _offset) return false;
        var content = (byte[])item.Content.Clone();
        if (!_memory.TryRead(command.Address, content.AsSpan((int)_offset, (int)command.Length))) return false;
        written = _selected = _items[_key] = item with { Content = content };
        Advance(command.Length);
        return true;
    }

    void Advance(uint count) => _offset = (uint)Math.Min((ulong)_offset + count, uint.MaxValue);
}
