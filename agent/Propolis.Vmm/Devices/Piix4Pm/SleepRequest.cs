namespace Propolis.Vmm.Devices.Piix4Pm;

/// <summary>What a guest asks for with SLP_EN.</summary>
public enum SleepRequest
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The machine goes off.</summary>
    PowerOff,

    /// <summary>A state that this machine does not have: it returns from it immediately.</summary>
    WakeAtOnce,
}
