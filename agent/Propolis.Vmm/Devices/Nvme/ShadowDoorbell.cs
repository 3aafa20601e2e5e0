using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>
/// A doorbell that the guest stores into memory instead of a register, with the value at which it wants to be rung by register all the same (NVMe 1.4, section 7.13).
/// The guest stores its value, then reads the event index; we store the event index, then read the value: with a full barrier in between on both sides, one sees the other.
/// </summary>
/// <param name="ValueAddress">Where the guest stores the value; 0 when there is no shadow.</param>
/// <param name="EventIndexAddress">Where it reads the event index.</param>
readonly record struct ShadowDoorbell(ulong ValueAddress, ulong EventIndexAddress)
{
    /// <summary>There is one.</summary>
    public bool IsPresent => ValueAddress != 0;

    /// <summary>The value that the guest stored; what it wrote to the queue before is visible to reads that follow.</summary>
    public bool TryRead(GuestMemory memory, out uint value) => memory.TryReadAcquire(ValueAddress, out value);

    /// <summary>Asks for a ring at the first value behind <paramref name="value"/>.</summary>
    public void Arm(GuestMemory memory, uint value)
    {
        memory.TryWriteRelease(EventIndexAddress, value);
        Interlocked.MemoryBarrier();
    }

    /// <summary>Starts at zero, with a queue that is being made.</summary>
    public void Clear(GuestMemory memory)
    {
        memory.TryWriteRelease(ValueAddress, 0u);
        Arm(memory, 0);
    }

    /// <summary>Starts at <paramref name="current"/>, the register's value, when the guest has not stored any yet.</summary>
    public void Adopt(GuestMemory memory, uint current)
    {
        if (current != 0 && TryRead(memory, out var stored) && stored == 0) memory.TryWriteRelease(ValueAddress, current);
        Arm(memory, current);
    }
}
