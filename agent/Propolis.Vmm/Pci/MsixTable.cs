using System.Buffers.Binary;
using Propolis.Vmm.Bus;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Pci;

/// <summary>
/// The MSI-X table and pending-bit array of a function, as one BAR: table at 0, pending bits at <see cref="PendingOffset"/> (PCI 3.0, section 6.8.2). An interrupt
/// that meets a mask stays pending and is sent when the mask goes.
/// </summary>
public sealed class MsixTable : IBusDevice
{
    const int EntrySize = 16;

    readonly Lock _gate = new();
    readonly ulong[] _addresses;
    readonly uint[] _data;
    readonly bool[] _masked;
    readonly bool[] _pending;
    IMsiTarget? _target;
    int _pendingCount;
    bool _enabled;
    bool _functionMasked;

    /// <summary>A table of <paramref name="vectors"/> entries, 1 to 2048, all masked.</summary>
    public MsixTable(int vectors)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vectors, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vectors, 2048);
        _addresses = new ulong[vectors];
        _data = new uint[vectors];
        _masked = new bool[vectors];
        _pending = new bool[vectors];
        Array.Fill(_masked, true);
    }

    /// <summary>How many vectors.</summary>
    public int Vectors => _addresses.Length;

    /// <summary>Byte offset of the pending bits in the BAR, a multiple of 4 KiB.</summary>
    public uint PendingOffset => ((uint)Vectors * EntrySize + 4095) & ~4095u;

    /// <summary>Bytes that table and pending bits take, rounded up to a power of two.</summary>
    public ulong BarSize => System.Numerics.BitOperations.RoundUpToPowerOf2(PendingOffset + (ulong)((Vectors + 63) / 64 * 8));

    /// <summary>The guest switched MSI-X on: INTx is then silent.</summary>
    public bool IsEnabled => Volatile.Read(ref _enabled);

    /// <summary>Sets where messages go; called once by the function.</summary>
    public void Connect(IMsiTarget target) => _target = target;

    /// <summary>Follows the capability's message control: enable bit and function mask.</summary>
    public void SetControl(bool enabled, bool functionMasked)
    {
        lock (_gate)
        {
            _enabled = enabled;
            _functionMasked = functionMasked;
        }
        SendPending();
    }

    /// <summary>Sends a vector's message, or leaves it pending while masked; nothing while MSI-X is off. From any thread.</summary>
    public void Signal(int vector)
    {
        MsiMessage message;
        lock (_gate)
        {
            if (!_enabled || (uint)vector >= (uint)Vectors) return;
            if (_functionMasked || _masked[vector])
            {
                SetPending(vector, true);
                return;
            }
            message = new MsiMessage(_addresses[vector], _data[vector]);
        }
        _target!.Signal(message);
    }

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data)
    {
        Span<byte> word = stackalloc byte[8];
        lock (_gate)
        {
            for (var i = 0; i < data.Length; i++)
            {
                var at = offset + (ulong)i;
                BinaryPrimitives.WriteUInt32LittleEndian(word, ReadDword(at & ~3UL));
                data[i] = word[(int)(at & 3)];
            }
        }
    }

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        // Only whole dwords and quadwords are allowed by the specification; anything else is dropped.
        if ((offset & 3) != 0 || data.Length is not (4 or 8)) return;
        lock (_gate)
        {
            for (var i = 0; i < data.Length; i += 4)
                WriteDword(offset + (ulong)i, BinaryPrimitives.ReadUInt32LittleEndian(data[i..]));
        }
        SendPending();
    }

    /// <summary>Masks everything and forgets what is pending, as after reset.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _enabled = _functionMasked = false;
            Array.Clear(_addresses);
            Array.Clear(_data);
            Array.Clear(_pending);
            _pendingCount = 0;
            Array.Fill(_masked, true);
        }
    }

    /// <summary>Writes table, pending bits and control.</summary>
    public void Export(StateWriter writer)
    {
        lock (_gate)
        {
            writer.Write(Vectors);
            writer.Write(_enabled);
            writer.Write(_functionMasked);
            for (var i = 0; i < Vectors; i++)
            {
                writer.Write(_addresses[i]);
                writer.Write(_data[i]);
                writer.Write(_masked[i]);
                writer.Write(_pending[i]);
            }
        }
    }

    /// <summary>Replaces table, pending bits and control.</summary>
    public void Import(StateReader reader)
    {
        lock (_gate)
        {
            var vectors = reader.ReadInt32();
            if (vectors != Vectors) throw new StateFormatException($"{reader.Owner}: {vectors} MSI-X vectors where {Vectors} belong.");
            _enabled = reader.ReadBoolean();
            _functionMasked = reader.ReadBoolean();
            for (var i = 0; i < Vectors; i++)
            {
                _addresses[i] = reader.ReadUInt64();
                _data[i] = reader.ReadUInt32();
                _masked[i] = reader.ReadBoolean();
                SetPending(i, reader.ReadBoolean());
            }
        }
    }

    uint ReadDword(ulong offset)
    {
        var entry = offset / EntrySize;
        if (entry < (ulong)Vectors)
        {
            return (offset % EntrySize) switch
            {
                0 => (uint)_addresses[entry],
                4 => (uint)(_addresses[entry] >> 32),
                8 => _data[entry],
                _ => _masked[entry] ? 1u : 0u,
            };
        }
        if (offset < PendingOffset) return 0;
        uint bits = 0;
        for (var bit = 0; bit < 32; bit++)
        {
            var vector = (offset - PendingOffset) * 8 + (ulong)bit;
            if (vector < (ulong)Vectors && _pending[vector]) bits |= 1u << bit;
        }
        return bits;
    }

    void WriteDword(ulong offset, uint value)
    {
        var entry = offset / EntrySize;
        if (entry >= (ulong)Vectors) return;
        switch (offset % EntrySize)
        {
            case 0: _addresses[entry] = (_addresses[entry] & ~0xffff_ffffUL) | (value & ~3u); break;
            case 4: _addresses[entry] = (_addresses[entry] & 0xffff_ffff) | ((ulong)value << 32); break;
            case 8: _data[entry] = value; break;
            default: _masked[entry] = (value & 1) != 0; break;
        }
    }

    void SetPending(int vector, bool pending)
    {
        if (_pending[vector] == pending) return;
        _pending[vector] = pending;
        _pendingCount += pending ? 1 : -1;
    }

    void SendPending()
    {
        // Seldom anything waits; a stale count is no loss, because whoever raises it meets the new mask.
        if (Volatile.Read(ref _pendingCount) == 0) return;
        for (var vector = 0; vector < Vectors; vector++)
        {
            MsiMessage message;
            lock (_gate)
            {
                if (!_enabled || _functionMasked || _masked[vector] || !_pending[vector]) continue;
                SetPending(vector, false);
                message = new MsiMessage(_addresses[vector], _data[vector]);
            }
            _target!.Signal(message);
        }
    }
}
