using System.Runtime.InteropServices;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Memory;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Hypervisor;

/// <summary>A virtual machine of <see cref="PaperHypervisor"/>: takes interrupts and forgets them, holds memory and no other state.</summary>
sealed class PaperMachine : IVirtualMachine
{
    readonly TestMemory _memory = new(ramLength: null);

    public GuestMemory Memory => _memory.Guest;

    public VirtualMachineTraits Traits => new() { GuestCpuid = [], HostCpuid = [], TscKhz = 1_000_000 };

    public MemoryRegion MapRam(ulong address, ulong length) => _memory.Add(address, length);

    public MemoryRegion MapRom(ulong address, ReadOnlySpan<byte> contents)
    {
        var region = _memory.Add(address, (ulong)contents.Length, MemoryKind.Rom);
        Memory.TryProgram(address, contents);
        return region;
    }

    public void SetVisible(MemoryRegion region, bool visible) { }

    public IVcpu CreateVcpu(int id) => new PaperVcpu(id);

    public void SetInterruptLevel(int gsi, bool level) { }

    public bool TryBindDoorbell(DoorbellAddress address, SafeHandle eventFd, out IDisposable? binding)
    {
        binding = null;
        return false;
    }

    public void TrackDirtyPages(bool enabled) { }

    public void CollectDirtyPages(MemoryRegion region, Span<ulong> bitmap) { }

    public void PauseTime() { }

    public void ResumeTime() { }

    public void ExportPlatform(StateWriter writer) { }

    public void ImportPlatform(StateReader reader) { }

    public void Reset() { }

    public void Signal(MsiMessage message) { }

    public void Dispose() => _memory.Dispose();

    sealed class PaperVcpu(int id) : IVcpu
    {
        readonly ManualResetEventSlim _kicked = new();

        public int Id => id;

        public VmExit Run()
        {
            _kicked.Wait();
            return new VmExit(VmExitKind.Interrupted);
        }

        public void Kick() => _kicked.Set();

        public void ClearKick() => _kicked.Reset();

        public bool Quiesce() => true;

        public void InjectNmi() { }

        public void SetLongModeEntry(LongModeEntry entry) { }

        public string DescribeFailure() => "";

        public void Export(StateWriter writer) { }

        public void Import(StateReader reader) { }

        public void Dispose() => _kicked.Dispose();
    }
}
