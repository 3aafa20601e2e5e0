namespace Propolis.Vmm.Devices.Pvpanic;

/// <summary>What a guest says through pvpanic (QEMU, docs/specs/pvpanic): bits of the port.</summary>
[Flags]
public enum PanicEvents : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The guest's kernel panicked and leaves the rest to the host.</summary>
    HostHandled = 1,

    /// <summary>The guest's kernel panicked and loads its own crash kernel.</summary>
    GuestHandled = 2,
}
