using System.Numerics;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Migration.Wire;

/// <summary>Which pages of a machine are to be sent: one bitmap for each region of its memory.</summary>
sealed class DirtyPages
{
    readonly List<(MemoryRegion Region, ulong[] Words)> _all;

    /// <summary>None yet.</summary>
    public DirtyPages(GuestMemory memory) => _all = [.. memory.Regions.Select(region => (region, new ulong[region.Dirty.WordCount]))];

    /// <summary>The regions with their bitmaps.</summary>
    public IReadOnlyList<(MemoryRegion Region, ulong[] Words)> All => _all;

    /// <summary>How many pages are marked.</summary>
    public long Count => _all.Sum(one => one.Words.Sum(word => (long)BitOperations.PopCount(word)));

    /// <summary>Marks every page.</summary>
    public void MarkAll()
    {
        foreach (var (region, words) in _all)
        {
            var pages = (int)(region.Length / DirtyBitmap.PageSize);
            for (var i = 0; i < words.Length; i++) words[i] = pages - i * 64 >= 64 ? ulong.MaxValue : (1UL << (pages - i * 64)) - 1;
        }
    }

    /// <summary>Marks what the other has marked, too.</summary>
    public void Add(DirtyPages other)
    {
        for (var i = 0; i < _all.Count; i++)
        {
            for (var j = 0; j < _all[i].Words.Length; j++) _all[i].Words[j] |= other._all[i].Words[j];
        }
    }

    /// <summary>Replaces the marks by what was changed since the last time, by the guest and by this process.</summary>
    public void Collect(IVirtualMachine machine)
    {
        foreach (var (region, words) in _all)
        {
            Array.Clear(words);
            machine.CollectDirtyPages(region, words);
        }
    }
}
