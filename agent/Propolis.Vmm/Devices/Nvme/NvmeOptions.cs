namespace Propolis.Vmm.Devices.Nvme;

/// <summary>How an NVMe disk presents itself.</summary>
public sealed record NvmeOptions
{
    /// <summary>Bytes of a serial number (NVMe 1.4, figure 247, bytes 4 to 23).</summary>
    public const int SerialLength = 20;

    readonly byte[] _serial = new byte[SerialLength];
    readonly int _queues = NvmeRules.MaxQueues - 1;

    /// <summary>Most pairs of I/O queues that the guest gets, 1 to 15.</summary>
    public int Queues
    {
        get => _queues;
        init
        {
            if (value is < 1 or >= NvmeRules.MaxQueues) throw new ArgumentOutOfRangeException(nameof(value), value, $"1 to {NvmeRules.MaxQueues - 1} pairs of queues are possible.");
            _queues = value;
        }
    }

    /// <summary>The serial number, exactly <see cref="SerialLength"/> bytes, given to the guest as they are.</summary>
    public required byte[] Serial
    {
        get => _serial;
        init
        {
            if (value.Length != SerialLength) throw new ArgumentException($"An NVMe serial number has {SerialLength} bytes, not {value.Length}.", nameof(value));
            value.CopyTo(_serial, 0);
        }
    }

    /// <summary>A serial number from a name: its ASCII, cut or padded with spaces as the specification asks.</summary>
    public static byte[] SerialFrom(string name)
    {
        var serial = new byte[SerialLength];
        serial.AsSpan().Fill((byte)' ');
        for (var i = 0; i < Math.Min(name.Length, SerialLength); i++) serial[i] = name[i] is >= ' ' and <= '~' ? (byte)name[i] : (byte)'_';
        return serial;
    }
}
