namespace Propolis.Vmm.Bus;

/// <summary>
/// The port space or the memory-mapped space of one machine: routes an access to the device that registered the range. Lookups take no
/// lock (the table is replaced, never changed), so handlers run with no bus lock held and may register and remove ranges themselves.
/// </summary>
public sealed class AddressBus
{
    readonly Lock _writer = new();
    Entry[] _entries = [];
    long _registrations;

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
    /// the one registered first among those that hold the whole access answers. Dispose the result to give the range back.
    /// </summary>
    public IDisposable Register(ulong start, ulong length, IBusDevice device)
    {
        ArgumentOutOfRangeException.ThrowIfZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, LastAddress);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length - 1, LastAddress - start);
        lock (_writer)
        {
            var entry = new Entry(this, start, start + (length - 1), device, ++_registrations);
            Publish([.. _entries, entry]);
            return entry;
        }
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

    /// <summary>
    /// Routes a string write (REP OUTS): elements of <paramref name="width"/> bytes to one address, at once where the device takes bursts
    /// (<see cref="IBurstWrite"/>). Returns false when nobody claims it.
    /// </summary>
    public bool WriteRepeated(ulong address, int width, ReadOnlySpan<byte> elements)
    {
        if (Find(address, width) is not { } entry) return false;
        if (entry.Device is IBurstWrite burst) burst.WriteBurst(address - entry.First, width, elements);
        else for (var i = 0; i + width <= elements.Length; i += width) entry.Device.Write(address - entry.First, elements.Slice(i, width));
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
        if (high < 0 || last < address) return null;
        if (entries[high].Overlaps) return FindAmongOverlapping(entries, high, address, last);
        return entries[high].Last >= last ? entries[high] : null;
    }

    static Entry? FindAmongOverlapping(Entry[] entries, int high, ulong address, ulong last)
    {
        Entry? found = null;
        for (var i = 0; i <= high; i++)
        {
            var entry = entries[i];
            if (entry.First <= address && entry.Last >= last && (found is null || entry.Order < found.Order)) found = entry;
        }
        return found;
    }

    void Remove(Entry entry)
    {
        lock (_writer) Publish([.. _entries.Where(e => e != entry)]);
    }

    /// <summary>Sorts the entries by start and shows them to lookups. The overlap mark only ever rises, so an older table's readers stay right too.</summary>
    void Publish(Entry[] entries)
    {
        Array.Sort(entries, static (a, b) => a.First.CompareTo(b.First));
        foreach (var entry in entries)
            entry.Overlaps |= Array.Exists(entries, other => other != entry && other.First <= entry.Last && entry.First <= other.Last);
        Volatile.Write(ref _entries, entries);
    }

    sealed class Entry(AddressBus bus, ulong first, ulong last, IBusDevice device, long order) : IDisposable
    {
        public ulong First => first;

        public ulong Last => last;

        public IBusDevice Device => device;

        public long Order => order;

        /// <summary>Shares an address with another entry, now or once: the slow lookup decides. Set before the table that needs it is shown.</summary>
        public bool Overlaps { get; set; }

        public void Dispose() => bus.Remove(this);
    }
}
