using System.Globalization;
using System.Runtime.InteropServices;

namespace Propolis.Bench.Reports;

/// <summary>The machine that figures belong to.</summary>
/// <param name="Processor">Model of the processor.</param>
/// <param name="Cores">Processors the program may use.</param>
/// <param name="MemoryGiB">Memory.</param>
/// <param name="System">Kernel.</param>
/// <param name="Runtime">.NET.</param>
/// <param name="LoadBefore">Load average of the last minute when the bench began: other work takes its share of the figures.</param>
public sealed record MachineFacts(string Processor, int Cores, double MemoryGiB, string System, string Runtime, double LoadBefore)
{
    /// <summary>Looks at this machine.</summary>
    public static MachineFacts Read() => new(
        Field("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30), 1),
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        Load());

    /// <summary>One line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Processor}, {Cores} cores, {MemoryGiB} GiB, {System}, {Runtime}, load {LoadBefore} at the start");

    static string? Field(string file, string name) => !File.Exists(file) ? null : File.ReadLines(file)
        .Where(line => line.StartsWith(name, StringComparison.Ordinal)).Select(line => line[(line.IndexOf(':') + 1)..].Trim()).FirstOrDefault();

    static double Load() => File.Exists("/proc/loadavg")
        ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture)
        : double.NaN;
}
