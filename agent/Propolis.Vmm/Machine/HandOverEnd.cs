namespace Propolis.Vmm.Machine;

/// <summary>What becomes of a machine that was handed over to a departure.</summary>
public enum HandOverEnd
{
    /// <summary>It runs on here.</summary>
    Stays,

    /// <summary>It runs elsewhere, or will: it must never run here again.</summary>
    Gone,

    /// <summary>It stays but cannot go on: its disks did not come back. It fails.</summary>
    Lost,
}
