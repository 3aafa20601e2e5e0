namespace Propolis.Vmm.Bus;

/// <summary>
/// The port space or the memory-mapped space of one machine: routes an access to the device that registered the range. Lookups take no
/// lock (the table is replaced, never changed), so handlers run with no bus lock held and may register and remove ranges themselves.
/// </summary>
public sealed class AddressBus
{
    readonly Lock _writer = new();
    Entry[] _entries = [];

    /// <summary>A space of addresses up to and including <paramref name="lastAddress"/>, called <paramref name="name"/> in messages.</summary>
    public AddressBus(string name, ulong lastAddress)
    {
        Name = name;
        LastAddress = lastAddress;
    }

    /// <summary>"port" or "memory".</summary>
    public string Name { get; }

    /// <summary>The highest address of the space.</summary>
    public ulong LastAddress { get; }

    /// <summary>
    /// Gives <paramref name="length"/> addresses from <paramref name="start"/> to a device. Where ranges overlap (a guest may program BARs so)
    /// the one registered first answers. Dispose the result to give the range back.
    /// </summary>
    public IDisposable Register(ulong start, ulong length, IBusDevice device)
    {
        ArgumentOutOfRangeException.ThrowIfZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length - 1, LastAddress - Math.Min(start, LastAddress));
        var entry = new Entry(this, start, start + (length - 1), device);
        lock (_writer)
        {
            var index = Array.FindIndex(_entries, e => e.First > start);
            var list = _entries.ToList();
            list.Insert(index < 0 ? list.Count : index, entry);
            Volatile.Write(ref _entries, [.. list]);
        }
        return entry;
    }

    /// <summary>Routes a read. Returns false, with all ones in <paramref name="data"/>, when nobody claims all of it.</summary>
    public bool Read(ulong address, Span<byte> data)
    {
        data.Fill(0xff);
        if (Find(address, data.Length) is not { } entry) return false;
        entry.Device.Read(address - entry.First, data);
        return true;
    }

    /// <summary>Routes a write. Returns false when nobody claims all of it.</summary>
    public bool Write(ulong address, ReadOnlySpan<byte> data)
    {
        if (Find(address, data.Length) is not { } entry) return false;
        entry.Device.Write(address - entry.First, data);
        return true;
    }

    Entry? Find(ulong address, int length)
    {
        var entries = Volatile.Read(ref _entries);
        var last = address + (ulong)(length - 1);
        int low = 0, high = entries.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (entries[middle].First <= address) low = middle + 1;
            else high = middle - 1;
        }
        // Ranges seldom overlap; walking down from the last start at or below the address meets the earlier registration when they do.
        for (var i = high; i >= 0; i--)
        {
            if (entries[i].Last >= last && last >= address) return entries[i];
        }
        return null;
    }

    void Remove(Entry entry)
    {
        lock (_writer) Volatile.Write(ref _entries, [.. _entries.Where(e => e != entry)]);
    }

    sealed class Entry(AddressBus bus, ulong first, ulong last, IBusDevice device) : IDisposable
    {
        public ulong First => first;

        public ulong Last => last;

        public IBusDevice Device => device;

        public void Dispose() => bus.Remove(this);
    }
}
