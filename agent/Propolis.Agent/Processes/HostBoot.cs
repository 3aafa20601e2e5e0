namespace Propolis.Agent.Processes;

/// <summary>Names the present boot of this machine.</summary>
static class HostBoot
{
    /// <summary>The kernel's own id; an empty text where it has none.</summary>
    public static string Id { get; } = Read();

    static string Read()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
