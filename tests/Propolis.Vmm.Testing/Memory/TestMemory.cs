using System.Runtime.InteropServices;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Tests.Memory;

/// <summary>Guest memory without a hypervisor: zeroed pages of this process, freed with the test.</summary>
sealed unsafe class TestMemory : IDisposable
{
    readonly List<nint> _pages = [];

    /// <summary>RAM from address 0; null for no memory yet.</summary>
    public TestMemory(ulong? ramLength = 1 << 20)
    {
        if (ramLength is { } length) Add(0, length, MemoryKind.Ram);
    }

    public GuestMemory Guest { get; } = new();

    public MemoryRegion Add(ulong address, ulong length, MemoryKind kind = MemoryKind.Ram)
    {
        // SAFETY: the pages are freed in Dispose only, and the regions are used by the test alone.
        var host = NativeMemory.AlignedAlloc((nuint)length, 4096);
        NativeMemory.Clear(host, (nuint)length);
        _pages.Add((nint)host);
        var region = new MemoryRegion(_pages.Count - 1, address, length, kind, (nint)host);
        Guest.Add(region);
        return region;
    }

    public byte[] Bytes(ulong address, int length)
    {
        var bytes = new byte[length];
        Assert.True(Guest.TryRead(address, bytes), $"0x{address:x} is not mapped");
        return bytes;
    }

    public void Write(ulong address, ReadOnlySpan<byte> bytes) => Assert.True(Guest.TryWrite(address, bytes), $"0x{address:x} is not RAM");

    public void Dispose()
    {
        foreach (var page in _pages) NativeMemory.AlignedFree((void*)page);
    }
}
