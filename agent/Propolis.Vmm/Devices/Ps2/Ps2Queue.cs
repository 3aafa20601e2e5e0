using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Ps2;

/// <summary>A bounded first-in-first-out of bytes inside a PS/2 chip.</summary>
public sealed class Ps2Queue(int capacity)
{
    readonly byte[] _bytes = new byte[capacity];
    int _head;

    /// <summary>Bytes waiting.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that fit.</summary>
    public int Room => capacity - Count;

    /// <summary>Appends; a byte for which there is no room is dropped.</summary>
    public void Add(byte value)
    {
        if (Count == capacity) return;
        _bytes[(_head + Count++) % capacity] = value;
    }

    /// <summary>Removes the oldest byte. False when there is none.</summary>
    public bool TryTake(out byte value)
    {
        value = _bytes[_head];
        if (Count == 0) return false;
        _head = (_head + 1) % capacity;
        Count--;
        return true;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => _head = Count = 0;

    /// <summary>Writes the bytes.</summary>
    public void Export(StateWriter writer)
    {
        writer.Write((byte)Count);
        for (var i = 0; i < Count; i++) writer.Write(_bytes[(_head + i) % capacity]);
    }

    /// <summary>Replaces the bytes.</summary>
    public void Import(StateReader reader)
    {
        Clear();
        var count = reader.ReadByte();
        if (count > capacity) throw new StateFormatException($"{reader.Owner}: {count} bytes in a queue of {capacity}.");
        for (var i = 0; i < count; i++) Add(reader.ReadByte());
    }
}
