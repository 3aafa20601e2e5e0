using Propolis.Vmm.Block;
using Propolis.Vmm.Devices.Nvme.Wire;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>The controller's features (NVMe 1.4, section 5.21.1). Nothing is saved across a reset: all return to their defaults then.</summary>
sealed class NvmeFeatures(BlockGeometry geometry, int queues)
{
    const uint SaveBit = 1u << 31;
    const uint NoBurstLimit = 7;
    const uint CoalescingDisabled = 1 << 16;
    const int UnderThreshold = 1;

    readonly uint _queuesPerKind = (uint)queues;
    readonly uint[] _values = new uint[16];
    uint _overTemperature = NvmeRules.WarningTemperature;
    uint _underTemperature;

    /// <summary>The guest leaves the write cache on.</summary>
    public bool IsWriteCacheOn => Volatile.Read(ref _values[(int)FeatureId.VolatileWriteCache]) != 0;

    /// <summary>Which bits of the SMART log's critical warning raise an event.</summary>
    public byte EnabledHealthWarnings => (byte)_values[(int)FeatureId.AsynchronousEventConfiguration];

    /// <summary>The constant temperature is beyond a threshold that the guest chose.</summary>
    public bool IsTemperatureCritical => NvmeRules.Temperature >= _overTemperature || NvmeRules.Temperature <= _underTemperature;

    /// <summary>Returns to the defaults.</summary>
    public void Reset()
    {
        Array.Clear(_values);
        _values[(int)FeatureId.Arbitration] = NoBurstLimit;
        _values[(int)FeatureId.VolatileWriteCache] = geometry.HasWriteCache ? 1u : 0;
        _values[(int)FeatureId.NumberOfQueues] = (_queuesPerKind - 1) | (_queuesPerKind - 1) << 16;
        _overTemperature = NvmeRules.WarningTemperature;
        _underTemperature = 0;
    }

    /// <summary>Get Features: <paramref name="result"/> is dword 0 of the answer.</summary>
    public NvmeStatus Get(in SubmissionQueueEntry command, out uint result)
    {
        result = 0;
        var feature = (FeatureId)(byte)command.Cdw10;
        switch (feature)
        {
            case FeatureId.TemperatureThreshold:
                result = IsUnderThreshold(command.Cdw11) ? _underTemperature : _overTemperature;
                return NamesTheSensor(command.Cdw11) ? NvmeStatus.Success : NvmeStatus.InvalidField;
            case FeatureId.InterruptVectorConfiguration:
                result = command.Cdw11 & 0xffff | CoalescingDisabled;
                return NvmeStatus.Success;
            case FeatureId.VolatileWriteCache when !geometry.HasWriteCache:
                return NvmeStatus.InvalidField;
            case FeatureId.DeviceFeatures:
                result = geometry.ReadOnly ? 1u : 0;
                return NvmeStatus.Success;
            default:
                if (!IsPlain(feature)) return NvmeStatus.InvalidField;
                result = _values[(int)feature];
                return NvmeStatus.Success;
        }
    }

    /// <summary>Set Features: <paramref name="result"/> is dword 0 of the answer. With <paramref name="hasIoQueues"/> their number is fixed.</summary>
    public NvmeStatus Set(in SubmissionQueueEntry command, bool hasIoQueues, out uint result)
    {
        result = 0;
        if ((command.Cdw10 & SaveBit) != 0) return NvmeStatus.FeatureNotSaveable;
        var feature = (FeatureId)(byte)command.Cdw10;
        switch (feature)
        {
            case FeatureId.PowerState when (command.Cdw11 & 0x1f) != 0:
            case FeatureId.VolatileWriteCache when !geometry.HasWriteCache:
                return NvmeStatus.InvalidField;
            case FeatureId.TemperatureThreshold:
                return SetTemperature(command.Cdw11);
            case FeatureId.NumberOfQueues:
                return SetQueues(command.Cdw11, hasIoQueues, out result);
            case FeatureId.InterruptVectorConfiguration:
                return NvmeStatus.Success;
            case FeatureId.DeviceFeatures:
                return NvmeStatus.FeatureNotChangeable;
            default:
                if (!IsPlain(feature)) return NvmeStatus.InvalidField;
                Volatile.Write(ref _values[(int)feature], command.Cdw11 & Mask(feature));
                return NvmeStatus.Success;
        }
    }

    /// <summary>Writes the values.</summary>
    public void Export(StateWriter writer)
    {
        foreach (var value in _values) writer.Write(value);
        writer.Write(_overTemperature);
        writer.Write(_underTemperature);
    }

    /// <summary>Replaces the values.</summary>
    public void Import(StateReader reader)
    {
        for (var i = 0; i < _values.Length; i++) _values[i] = reader.ReadUInt32();
        _overTemperature = reader.ReadUInt32();
        _underTemperature = reader.ReadUInt32();
    }

    NvmeStatus SetTemperature(uint value)
    {
        if (!NamesTheSensor(value)) return NvmeStatus.InvalidField;
        if (IsUnderThreshold(value)) _underTemperature = value & 0xffff;
        else _overTemperature = value & 0xffff;
        return NvmeStatus.Success;
    }

    NvmeStatus SetQueues(uint wanted, bool hasIoQueues, out uint granted)
    {
        granted = 0;
        if ((wanted & 0xffff) == 0xffff || wanted >> 16 == 0xffff) return NvmeStatus.InvalidField;
        if (hasIoQueues) return NvmeStatus.CommandSequenceError;
        granted = Math.Min(wanted & 0xffff, _queuesPerKind - 1) | Math.Min(wanted >> 16, _queuesPerKind - 1) << 16;
        _values[(int)FeatureId.NumberOfQueues] = granted;
        return NvmeStatus.Success;
    }

    /// <summary>Sensor 0 is the composite temperature; 15 means all. THSEL is 0 (over) or 1 (under).</summary>
    static bool NamesTheSensor(uint value) => (value >> 16 & 15) is 0 or 15 && (value >> 20 & 3) <= UnderThreshold;

    static bool IsUnderThreshold(uint value) => (value >> 20 & 3) == UnderThreshold;

    static bool IsPlain(FeatureId feature) => feature is FeatureId.Arbitration or FeatureId.PowerState or FeatureId.ErrorRecovery or FeatureId.VolatileWriteCache
        or FeatureId.NumberOfQueues or FeatureId.InterruptCoalescing or FeatureId.WriteAtomicity or FeatureId.AsynchronousEventConfiguration;

    static uint Mask(FeatureId feature) => feature switch
    {
        FeatureId.PowerState => 0xff,
        FeatureId.VolatileWriteCache or FeatureId.WriteAtomicity => 1,
        FeatureId.ErrorRecovery => 0x1_ffff,
        FeatureId.InterruptCoalescing => 0xffff,
        // Warnings of the SMART log; the controller raises no notices.
        FeatureId.AsynchronousEventConfiguration => 0xff,
        _ => uint.MaxValue,
    };
}
