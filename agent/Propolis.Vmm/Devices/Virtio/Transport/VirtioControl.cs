using Propolis.Vmm.Devices.Virtio.Queue;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Virtio.Transport;

/// <summary>
/// Initialization of a device by its driver: status, features, choice and set-up of queues (VIRTIO 1.2, 2.1, 2.2, 3.1). Both register layouts, legacy and
/// modern, act through it; it knows neither.
/// <code>
/// reset -> ACKNOWLEDGE -> DRIVER -> FEATURES_OK -> queues enabled -> DRIVER_OK -> (NEEDS_RESET) -> reset
/// </code>
/// A reset is done at once for everything the driver can see, but the status reads as before until chains in flight have come back, so that no late
/// transfer meets memory the driver uses again. A legacy driver does not wait; it sees 0 at once.
/// Lock order: <see cref="Gate"/>, then a queue's gate.
/// </summary>
public sealed class VirtioControl
{
    readonly VirtioDevice _device;
    readonly int _vectors;
    DeviceStatus _status;
    DeviceStatus _statusBeforeReset;
    ulong _chosenFeatures;
    ulong _features;
    byte _generation;

    /// <summary>Initialization of <paramref name="device"/>, which may use <paramref name="vectors"/> MSI-X vectors.</summary>
    public VirtioControl(VirtioDevice device, int vectors)
    {
        _device = device;
        _vectors = vectors;
    }

    /// <summary>Guards everything here.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Feature bits in use: what FEATURES_OK confirmed, or what a legacy driver wrote.</summary>
    public ulong Features => Volatile.Read(ref _features);

    /// <summary>The driver is a modern one and its features are confirmed.</summary>
    public bool IsModern => (Features & VirtioFeatures.Version1) != 0;

    /// <summary>Which half of the offered features is shown, 0 or 1.</summary>
    public uint DeviceFeatureSelect { get; set; }

    /// <summary>Which half of its features the driver writes, 0 or 1.</summary>
    public uint DriverFeatureSelect { get; set; }

    /// <summary>Number of the queue that the queue registers act on.</summary>
    public ushort QueueSelect { get; set; }

    /// <summary>MSI-X vector for configuration changes.</summary>
    public ushort ConfigurationVector { get; private set; } = VirtQueue.NoVector;

    /// <summary>Changes with the device's configuration (4.1.4.3).</summary>
    public byte Generation => Volatile.Read(ref _generation);

    /// <summary>The selected queue; null when there is none.</summary>
    public VirtQueue? SelectedQueue => QueueSelect < _device.Queues.Length ? _device.Queues[QueueSelect] : null;

    /// <summary>The half of the offer that <see cref="DeviceFeatureSelect"/> names.</summary>
    public uint OfferedFeatures => DeviceFeatureSelect switch
    {
        0 => (uint)NegotiationRules.ModernOffer(_device.OfferedFeatures),
        1 => (uint)(NegotiationRules.ModernOffer(_device.OfferedFeatures) >> 32),
        _ => 0,
    };

    /// <summary>The half of the driver's choice that <see cref="DriverFeatureSelect"/> names.</summary>
    public uint ChosenFeatures => DriverFeatureSelect switch { 0 => (uint)_chosenFeatures, 1 => (uint)(_chosenFeatures >> 32), _ => 0 };

    /// <summary>Everything that a legacy driver may take.</summary>
    public uint LegacyOffer => NegotiationRules.LegacyOffer(_device.OfferedFeatures);

    /// <summary>The status as a modern driver reads it.</summary>
    public DeviceStatus Status
    {
        get
        {
            if (_status == DeviceStatus.None) return HasStaleChains() ? _statusBeforeReset : DeviceStatus.None;
            return IsModern && HasMisusedQueue() ? _status | DeviceStatus.NeedsReset : _status;
        }
    }

    /// <summary>The status as a legacy driver reads it.</summary>
    public DeviceStatus LegacyStatus => _status;

    /// <summary>Takes half of the driver's choice; ignored once features are confirmed.</summary>
    public void ChooseFeatures(uint half)
    {
        if ((_status & DeviceStatus.FeaturesOk) != 0) return;
        if (DriverFeatureSelect == 0) _chosenFeatures = (_chosenFeatures & ~0xffff_ffffUL) | half;
        else if (DriverFeatureSelect == 1) _chosenFeatures = (_chosenFeatures & 0xffff_ffff) | ((ulong)half << 32);
    }

    /// <summary>Takes a legacy driver's choice; bits that were not offered are left out, as it could not be told otherwise.</summary>
    public void ChooseLegacyFeatures(uint features)
    {
        if ((_status & DeviceStatus.DriverOk) != 0) return;
        _chosenFeatures = features & LegacyOffer;
        Volatile.Write(ref _features, _chosenFeatures);
    }

    /// <summary>Takes a write to the status register. True when queues are to be served now: the driver just became ready.</summary>
    public bool WriteStatus(DeviceStatus written, bool isLegacy)
    {
        if (written == DeviceStatus.None)
        {
            Reset();
            return false;
        }
        var accepted = NegotiationRules.IsAcceptable(_chosenFeatures, NegotiationRules.ModernOffer(_device.OfferedFeatures)) && _device.AcceptsFeatures(_chosenFeatures);
        var before = _status;
        _status = NegotiationRules.Next(before, written, isLegacy, accepted);
        var added = _status & ~before;
        if ((added & DeviceStatus.FeaturesOk) != 0) Volatile.Write(ref _features, _chosenFeatures);
        if ((added & DeviceStatus.DriverOk) == 0) return false;
        _device.Activate();
        foreach (var queue in _device.Queues) queue.Start();
        return true;
    }

    /// <summary>Switches the selected queue on. True when it is to be served now.</summary>
    public bool EnableQueue(bool isLegacy)
    {
        if (SelectedQueue is not { } queue) return false;
        queue.Enable((Features & VirtioFeatures.EventIdx) != 0, (Features & VirtioFeatures.IndirectDescriptors) != 0);
        // Legacy drivers use a queue as soon as it has an address, before DRIVER_OK (3.1.2).
        if (!isLegacy && (_status & DeviceStatus.DriverOk) == 0) return false;
        queue.Start();
        return true;
    }

    /// <summary>Resets the selected queue alone, when that was negotiated.</summary>
    public void ResetQueue()
    {
        if ((Features & VirtioFeatures.RingReset) != 0) SelectedQueue?.ResetRing();
    }

    /// <summary>A vector as the driver reads it back: <see cref="VirtQueue.NoVector"/> when the device has no such vector (4.1.5.1.2).</summary>
    public ushort CheckVector(ushort vector) => vector < _vectors ? vector : VirtQueue.NoVector;

    /// <summary>Takes the vector for configuration changes.</summary>
    public void SetConfigurationVector(ushort vector) => ConfigurationVector = CheckVector(vector);

    /// <summary>Moves the configuration's generation on; from any thread.</summary>
    public void ConfigurationChanged()
    {
        byte before;
        do before = Volatile.Read(ref _generation);
        while (Interlocked.CompareExchange(ref _generation, (byte)(before + 1), before) != before);
    }

    /// <summary>Resets the device.</summary>
    public void Reset()
    {
        if (_status != DeviceStatus.None) _statusBeforeReset = _status;
        foreach (var queue in _device.Queues) queue.Reset();
        _status = DeviceStatus.None;
        _chosenFeatures = 0;
        Volatile.Write(ref _features, 0);
        DeviceFeatureSelect = DriverFeatureSelect = QueueSelect = 0;
        ConfigurationVector = VirtQueue.NoVector;
        _device.Reset();
    }

    /// <summary>Writes the state, queues and device included.</summary>
    public void Export(StateWriter writer)
    {
        writer.Write((byte)_status);
        writer.Write(_chosenFeatures);
        writer.Write(Features);
        writer.Write(DeviceFeatureSelect);
        writer.Write(DriverFeatureSelect);
        writer.Write(QueueSelect);
        writer.Write(ConfigurationVector);
        writer.Write(Generation);
        writer.Write(_device.Queues.Length);
        foreach (var queue in _device.Queues) queue.Export(writer);
        _device.Export(writer);
    }

    /// <summary>Replaces the state, queues and device included. Features that this device does not offer are an error: the guest already relies on them.</summary>
    public void Import(StateReader reader)
    {
        _status = (DeviceStatus)reader.ReadByte();
        _chosenFeatures = reader.ReadUInt64();
        var features = reader.ReadUInt64();
        var missing = features & ~(_device.OfferedFeatures | VirtioFeatures.Transport);
        if (missing != 0) throw new StateFormatException($"{reader.Owner}: the guest uses features 0x{missing:x} that this device does not have.");
        Volatile.Write(ref _features, features);
        DeviceFeatureSelect = reader.ReadUInt32();
        DriverFeatureSelect = reader.ReadUInt32();
        QueueSelect = reader.ReadUInt16();
        ConfigurationVector = CheckVector(reader.ReadUInt16());
        Volatile.Write(ref _generation, reader.ReadByte());
        var queues = reader.ReadInt32();
        if (queues != _device.Queues.Length) throw new StateFormatException($"{reader.Owner}: {queues} queues where {_device.Queues.Length} belong.");
        foreach (var queue in _device.Queues) queue.Import(reader);
        _device.Import(reader);
    }

    bool HasStaleChains()
    {
        foreach (var queue in _device.Queues)
        {
            if (queue.HasStale) return true;
        }
        return false;
    }

    bool HasMisusedQueue()
    {
        foreach (var queue in _device.Queues)
        {
            if (queue.Misuse != QueueMisuse.None) return true;
        }
        return false;
    }
}
