namespace Propolis.Vmm.Firmware;

/// <summary>A boot ROM, kernel, initrd or variable store that cannot be used: one sentence for the user.</summary>
public sealed class FirmwareException(string message, Exception? cause = null) : Exception(message, cause);
