namespace Propolis.Vmm.Devices.Nvme.Wire;

/// <summary>An asynchronous event: type, information, and the log page to read (NVMe 1.4, section 5.2.1).</summary>
/// <param name="Type">0 error, 1 SMART or health.</param>
/// <param name="Information">What happened, by type.</param>
/// <param name="Log">The page that tells more; reading it lets events of the type come again.</param>
readonly record struct AsyncEvent(byte Type, byte Information, LogPageId Log)
{
    /// <summary>The host rang a doorbell of a queue that does not exist.</summary>
    public static readonly AsyncEvent InvalidDoorbellRegister = new(0, 0, LogPageId.ErrorInformation);

    /// <summary>The host rang a doorbell with a value that is not in the queue.</summary>
    public static readonly AsyncEvent InvalidDoorbellValue = new(0, 1, LogPageId.ErrorInformation);

    /// <summary>The temperature is beyond a threshold.</summary>
    public static readonly AsyncEvent TemperatureThreshold = new(1, 1, LogPageId.SmartHealth);

    /// <summary>Dword 0 of the completion that reports it.</summary>
    public uint Result => Type | (uint)Information << 8 | (uint)Log << 16;
}
