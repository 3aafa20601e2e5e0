using System.Runtime.InteropServices;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Memory;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Hypervisor;

/// <summary>
/// One virtual machine in the kernel: its memory map, its interrupt controllers (local APICs, IO APIC, PICs) and PIT. Disposing it
/// frees everything, memory included; vCPUs must have stopped. Failures of the kernel throw <see cref="HypervisorException"/>.
/// </summary>
public interface IVirtualMachine : IMsiTarget, IDisposable
{
    /// <summary>Every region mapped so far.</summary>
    GuestMemory Memory { get; }

    /// <summary>What the guest's processors are and what the host could give; asked when every vCPU is created.</summary>
    VirtualMachineTraits Traits { get; }

    /// <summary>Maps zeroed RAM; both numbers are multiples of 4 KiB.</summary>
    MemoryRegion MapRam(ulong address, ulong length);

    /// <summary>Maps read-only memory with the given contents (a multiple of 4 KiB).</summary>
    MemoryRegion MapRom(ulong address, ReadOnlySpan<byte> contents);

    /// <summary>
    /// Shows a region to the guest or hides it; hidden, its addresses leave the guest as MMIO exits (a flash chip that answers commands). It stays in
    /// <see cref="Memory"/>, and keeps its contents.
    /// </summary>
    void SetVisible(MemoryRegion region, bool visible);

    /// <summary>Creates vCPU <paramref name="id"/> (0, 1, ...) in its reset state: 0 ready to run at the reset vector, others waiting for INIT and SIPI.</summary>
    IVcpu CreateVcpu(int id);

    /// <summary>Sets the level of an interrupt input, GSI 0 to 23 (0 to 15 reach the PICs as well).</summary>
    void SetInterruptLevel(int gsi, bool level);

    /// <summary>
    /// Lets a guest write at a doorbell signal <paramref name="eventFd"/> in the kernel, without leaving to user space. False when the hypervisor
    /// cannot; the write then arrives as an exit. Dispose the binding before the event's descriptor.
    /// </summary>
    bool TryBindDoorbell(DoorbellAddress address, SafeHandle eventFd, out IDisposable? binding);

    /// <summary>Starts or ends the tracking of guest writes to RAM.</summary>
    void TrackDirtyPages(bool enabled);

    /// <summary>
    /// Ors the dirty pages of a region into <paramref name="bitmap"/> (a bit per 4 KiB page, low bit first) and forgets them: guest writes
    /// while tracking is on, and this process's writes since the last call.
    /// </summary>
    void CollectDirtyPages(MemoryRegion region, Span<ulong> bitmap);

    /// <summary>Freezes guest time; called when every vCPU is paused.</summary>
    void PauseTime();

    /// <summary>Lets guest time go on from where it was frozen.</summary>
    void ResumeTime();

    /// <summary>Writes interrupt controllers, PIT and clocks; called while time is paused.</summary>
    void ExportPlatform(StateWriter writer);

    /// <summary>Replaces interrupt controllers, PIT and clocks; before vCPU state is imported.</summary>
    void ImportPlatform(StateReader reader);

    /// <summary>Returns platform and vCPUs to power-on; memory stays. Called while paused.</summary>
    void Reset();
}
