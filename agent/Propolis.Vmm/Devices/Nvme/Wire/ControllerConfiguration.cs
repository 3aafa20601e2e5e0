namespace Propolis.Vmm.Devices.Nvme.Wire;

/// <summary>The CC register (NVMe 1.4, section 3.1.5).</summary>
/// <param name="Value">The bits.</param>
readonly record struct ControllerConfiguration(uint Value)
{
    /// <summary>EN.</summary>
    public bool IsEnabled => (Value & 1) != 0;

    /// <summary>CSS, the command set: 0 is NVM.</summary>
    public uint CommandSet => Value >> 4 & 7;

    /// <summary>MPS: pages are 2 to the power of 12 plus this.</summary>
    public uint MemoryPageSize => Value >> 7 & 15;

    /// <summary>AMS, the arbitration: 0 is round robin.</summary>
    public uint Arbitration => Value >> 11 & 7;

    /// <summary>SHN: 0 none, 1 normal, 2 abrupt.</summary>
    public uint ShutdownNotification => Value >> 14 & 3;

    /// <summary>IOSQES: binary logarithm of an I/O submission queue entry's size.</summary>
    public uint SubmissionEntrySize => Value >> 16 & 15;

    /// <summary>IOCQES: binary logarithm of an I/O completion queue entry's size.</summary>
    public uint CompletionEntrySize => Value >> 20 & 15;

    /// <summary>The controller can run so: NVM command set, 4 KiB pages, round robin.</summary>
    public bool IsSupported => CommandSet == 0 && MemoryPageSize == 0 && Arbitration == 0;
}
