using Propolis.Vmm.Devices.Nvme.Wire;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>
/// Asynchronous events (NVMe 1.4, section 5.2): requests that the guest has parked, and events that wait for one. After an event was reported, others of its type wait
/// until the guest has read the log page. Used on the I/O thread only.
/// </summary>
sealed class NvmeEvents
{
    const int MaxWaiting = 8;

    readonly ushort[] _requests = new ushort[NvmeRules.MaxEventRequests];
    readonly AsyncEvent[] _waiting = new AsyncEvent[MaxWaiting];
    int _requestCount;
    int _waitingCount;
    byte _maskedTypes;

    /// <summary>Requests parked.</summary>
    public int RequestCount => _requestCount;

    /// <summary>An event waits, its type may be reported, and there is a request to report it with.</summary>
    public bool IsDeliverable => _requestCount > 0 && FindWaiting() >= 0;

    /// <summary>Parks a request. False when there are too many.</summary>
    public bool TryPark(ushort commandId)
    {
        if (_requestCount == _requests.Length) return false;
        _requests[_requestCount++] = commandId;
        return true;
    }

    /// <summary>Takes a parked request back, to abort it. False when there is none with that id.</summary>
    public bool TryUnpark(ushort commandId)
    {
        var index = _requests.AsSpan(0, _requestCount).IndexOf(commandId);
        if (index < 0) return false;
        RemoveAt(_requests, ref _requestCount, index);
        return true;
    }

    /// <summary>Something has happened. The same event that still waits, or one too many, adds nothing.</summary>
    public void Raise(AsyncEvent raised)
    {
        if (_waitingCount == MaxWaiting || _waiting.AsSpan(0, _waitingCount).Contains(raised)) return;
        _waiting[_waitingCount++] = raised;
    }

    /// <summary>Takes the oldest event that may be reported, and the oldest request; <see cref="IsDeliverable"/> said that there are both.</summary>
    public (ushort CommandId, AsyncEvent Event) Take()
    {
        var index = FindWaiting();
        var (commandId, taken) = (_requests[0], _waiting[index]);
        RemoveAt(_requests, ref _requestCount, 0);
        RemoveAt(_waiting, ref _waitingCount, index);
        _maskedTypes |= (byte)(1 << taken.Type);
        return (commandId, taken);
    }

    /// <summary>The guest has read a log page: events that point to it may come again.</summary>
    public void LogRead(LogPageId log)
    {
        if (log == LogPageId.ErrorInformation) _maskedTypes &= unchecked((byte)~(1 << AsyncEvent.InvalidDoorbellValue.Type));
        if (log == LogPageId.SmartHealth) _maskedTypes &= unchecked((byte)~(1 << AsyncEvent.TemperatureThreshold.Type));
    }

    /// <summary>Forgets all, as a reset does.</summary>
    public void Reset() => _requestCount = _waitingCount = _maskedTypes = 0;

    /// <summary>Writes requests, events and masks.</summary>
    public void Export(StateWriter writer)
    {
        writer.Write((byte)_requestCount);
        foreach (var request in _requests.AsSpan(0, _requestCount)) writer.Write(request);
        writer.Write((byte)_waitingCount);
        foreach (var waiting in _waiting.AsSpan(0, _waitingCount)) writer.Write(waiting.Result);
        writer.Write(_maskedTypes);
    }

    /// <summary>Replaces requests, events and masks.</summary>
    public void Import(StateReader reader)
    {
        _requestCount = ReadCount(reader, _requests.Length);
        for (var i = 0; i < _requestCount; i++) _requests[i] = reader.ReadUInt16();
        _waitingCount = ReadCount(reader, MaxWaiting);
        for (var i = 0; i < _waitingCount; i++)
        {
            var result = reader.ReadUInt32();
            _waiting[i] = new AsyncEvent((byte)(result & 7), (byte)(result >> 8), (LogPageId)(byte)(result >> 16));
        }
        _maskedTypes = reader.ReadByte();
    }

    int FindWaiting()
    {
        for (var i = 0; i < _waitingCount; i++)
        {
            if ((_maskedTypes & (1 << _waiting[i].Type)) == 0) return i;
        }
        return -1;
    }

    static int ReadCount(StateReader reader, int limit)
    {
        var count = reader.ReadByte();
        return count <= limit ? count : throw new StateFormatException($"{reader.Owner}: {count} events or requests, where {limit} are the most.");
    }

    static void RemoveAt<T>(T[] items, ref int count, int index)
    {
        items.AsSpan(index + 1, --count - index).CopyTo(items.AsSpan(index));
    }
}
