namespace Propolis.Agent.Sleds;

/// <summary>What a processor is called.</summary>
static class CpuRules
{
    /// <summary>Vendor and model of the first processor in <c>/proc/cpuinfo</c>, such as <c>AuthenticAMD EPYC 7713</c>; empty when it does not say.</summary>
    /// <param name="lines">The file's lines.</param>
    public static string Name(IEnumerable<string> lines)
    {
        var fields = lines.TakeWhile(line => line.Length > 0)
            .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
            .Where(parts => parts.Length == 2)
            .ToLookup(parts => parts[0], parts => parts[1]);
        return $"{fields["vendor_id"].FirstOrDefault()} {fields["model name"].FirstOrDefault()}".Trim();
    }
}
