using System.Runtime.InteropServices;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Memory;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Devices.Flash;

/// <summary>A virtual machine that has memory and nothing else: the guest's loads and stores go where a hypervisor would send them.</summary>
sealed class FlashBoard : IVirtualMachine
{
    readonly TestMemory _memory = new(1 << 20);
    readonly HashSet<MemoryRegion> _hidden = [];

    public GuestMemory Memory => _memory.Guest;

    public AddressBus MemoryMapped { get; } = new("memory", (1UL << 40) - 1);

    /// <summary>How often the memory map changed.</summary>
    public int MapChanges { get; private set; }

    public void Store(ulong address, byte value) => MemoryMapped.Write(address, [value]);

    public byte Load(ulong address)
    {
        Span<byte> data = stackalloc byte[1];
        if (Memory.Regions.Any(r => r.Contains(address, 1) && !_hidden.Contains(r))) Memory.TryRead(address, data);
        else MemoryMapped.Read(address, data);
        return data[0];
    }

    public MemoryRegion MapRom(ulong address, ReadOnlySpan<byte> contents)
    {
        var region = _memory.Add(address, (ulong)contents.Length, MemoryKind.Rom);
        Assert.True(Memory.TryProgram(address, contents));
        return region;
    }

    public VirtualMachineTraits Traits => throw new NotSupportedException();

    public void SetVisible(MemoryRegion region, bool visible)
    {
        if (visible ? _hidden.Remove(region) : _hidden.Add(region)) MapChanges++;
    }

    public void Dispose() => _memory.Dispose();

    public MemoryRegion MapRam(ulong address, ulong length) => throw new NotSupportedException();

    public IVcpu CreateVcpu(int id) => throw new NotSupportedException();

    public void SetInterruptLevel(int gsi, bool level) => throw new NotSupportedException();

    public bool TryBindDoorbell(DoorbellAddress address, SafeHandle eventFd, out IDisposable? binding) => throw new NotSupportedException();

    public void TrackDirtyPages(bool enabled) => throw new NotSupportedException();

    public void CollectDirtyPages(MemoryRegion region, Span<ulong> bitmap) => throw new NotSupportedException();

    public void PauseTime() => throw new NotSupportedException();

    public void ResumeTime() => throw new NotSupportedException();

    public void ExportPlatform(StateWriter writer) => throw new NotSupportedException();

    public void ImportPlatform(StateReader reader) => throw new NotSupportedException();

    public void Reset() => throw new NotSupportedException();

    public void Signal(MsiMessage message) => throw new NotSupportedException();
}
