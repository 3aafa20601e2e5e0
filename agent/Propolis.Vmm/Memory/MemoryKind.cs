namespace Propolis.Vmm.Memory;

/// <summary>What a guest sees behind a memory region.</summary>
public enum MemoryKind
{
    /// <summary>System memory: guest reads and writes go to the host mapping, writes are tracked as dirty.</summary>
    Ram,

    /// <summary>Firmware: the guest reads the host mapping, its writes leave the guest as MMIO exits.</summary>
    Rom,
}
