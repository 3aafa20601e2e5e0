using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Virtio.Queue;

public sealed partial class VirtQueue
{
    /// <summary>Writes settings and ring positions; called while nothing is in flight.</summary>
    public void Export(StateWriter writer)
    {
        lock (Gate)
        {
            if (_inFlight + _stale != 0) throw new InvalidOperationException($"Queue {Index} has {_inFlight + _stale} chains in flight.");
            writer.Write(_size);
            writer.Write(Vector);
            writer.Write(IsEnabled);
            writer.Write(_started);
            writer.Write(UsesEventIdx);
            writer.Write(UsesIndirect);
            writer.Write((byte)Misuse);
            writer.Write(_areas.Descriptors);
            writer.Write(_areas.Driver);
            writer.Write(_areas.Device);
            writer.Write(_nextAvail);
            writer.Write(_usedIdx);
            writer.Write(_signalledIdx);
        }
    }

    /// <summary>Replaces settings and ring positions.</summary>
    public void Import(StateReader reader)
    {
        lock (Gate)
        {
            var size = reader.ReadUInt16();
            if (!VirtQueueRules.IsValidSize(size, MaxSize)) throw new StateFormatException($"{reader.Owner}: queue {Index} has size {size}, where a power of two up to {MaxSize} belongs.");
            _size = size;
            Vector = reader.ReadUInt16();
            IsEnabled = reader.ReadBoolean();
            _started = reader.ReadBoolean();
            UsesEventIdx = reader.ReadBoolean();
            UsesIndirect = reader.ReadBoolean();
            Misuse = (QueueMisuse)reader.ReadByte();
            _areas = new QueueAreas(reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64());
            _nextAvail = _availIdx = reader.ReadUInt16();
            _usedIdx = reader.ReadUInt16();
            _signalledIdx = reader.ReadUInt16();
            _staged = 0;
            if (IsEnabled && Misuse == QueueMisuse.None && !AreasAreUsable()) throw new StateFormatException($"{reader.Owner}: queue {Index} does not lie in this machine's memory.");
        }
    }
}
