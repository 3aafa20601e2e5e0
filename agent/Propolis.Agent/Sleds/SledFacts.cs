using System.Globalization;
using Propolis.Contracts.Sleds;

namespace Propolis.Agent.Sleds;

/// <summary>What this machine is.</summary>
static class SledFacts
{
    const string Dmi = "/sys/class/dmi/id";

    /// <summary>What guests may have of the machine: all processors, and its memory without what the sled itself needs.</summary>
    public static SledCapacity Capacity(int? cpus, long? memoryMb, int overcommit) => new()
    {
        Cpus = cpus ?? Environment.ProcessorCount * overcommit,
        MemoryMb = memoryMb ?? CapacityRules.ForGuests(TotalMemoryMb()),
    };

    /// <summary>The hypervisor of this machine.</summary>
    public static string Hypervisor() => Directory.Exists("/dev/vmm") || File.Exists("/dev/vmmctl") ? "bhyve" : "kvm";

    /// <summary>The machine's serial number, if it can be read.</summary>
    public static string Serial() => ReadDmi("product_serial");

    /// <summary>The machine's model, if it can be read.</summary>
    public static string Model() => ReadDmi("product_name");

    /// <summary>The processors' vendor and model, if they can be read.</summary>
    public static string Cpu()
    {
        try
        {
            return CpuRules.Name(File.ReadLines("/proc/cpuinfo"));
        }
        catch (IOException)
        {
            return "";
        }
    }

    static long TotalMemoryMb()
    {
        try
        {
            var line = File.ReadLines("/proc/meminfo").FirstOrDefault(text => text.StartsWith("MemTotal:", StringComparison.Ordinal));
            if (line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kib, ..] && long.TryParse(kib, CultureInfo.InvariantCulture, out var number))
                return number / 1024;
        }
        catch (IOException)
        {
            // No Linux: the runtime knows.
        }
        return GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20;
    }

    static string ReadDmi(string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(Dmi, name)).Trim();
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
