using System.CommandLine;
using Propolis.Bench.Reports;

namespace Propolis.Bench.Crucible;

/// <summary><c>crucible</c>: replicated disks on loopback, their cipher and their repair.</summary>
static class CrucibleCommand
{
    public static Command Build(Action<ParseResult, BenchReport> publish)
    {
        var folder = new Option<string>("--folder") { Description = "Where the regions go", DefaultValueFactory = _ => Path.GetTempPath() };
        var seconds = new Option<double>("--seconds") { Description = "Time of each workload", DefaultValueFactory = _ => 6 };
        var mebibytes = new Option<int>("--mebibytes") { Description = "Size of the volume, a multiple of 64", DefaultValueFactory = _ => 512 };
        mebibytes.Validators.Add(found =>
        {
            if (found.GetValueOrDefault<int>() is < 64 or > 1 << 20 || found.GetValueOrDefault<int>() % 64 != 0)
                found.AddError("--mebibytes must be a multiple of 64, from 64 to 1048576");
        });
        var only = new Option<string>("--only") { Description = "Run workloads whose name contains this", DefaultValueFactory = _ => "" };
        var name = new Option<string>("--name") { Description = "Name of the report", DefaultValueFactory = _ => "crucible" };
        var skipRepair = new Option<bool>("--skip-repair") { Description = "Leave reconciliation and live repair out" };
        var skipCipher = new Option<bool>("--skip-cipher") { Description = "Leave cipher and hash out" };
        var verbose = new Option<bool>("--verbose") { Description = "Show what the upstairs logs" };
        var command = new Command("crucible", "Replicated disks on loopback") { folder, seconds, mebibytes, only, name, skipRepair, skipCipher, verbose };
        command.SetAction(async (result, _) =>
        {
            var options = new CrucibleBenchOptions
            {
                Folder = result.GetValue(folder)!,
                Duration = TimeSpan.FromSeconds(result.GetValue(seconds)),
                Mebibytes = result.GetValue(mebibytes),
                Only = result.GetValue(only)!,
                SkipRepair = result.GetValue(skipRepair),
                IsVerbose = result.GetValue(verbose),
            };
            var machine = MachineFacts.Read();
            var tables = await new CrucibleBench(options, result.InvocationConfiguration.Error.WriteLine).RunAsync();
            if (!result.GetValue(skipCipher))
                tables = [.. tables, CipherBench.Run()];
            publish(result, new BenchReport(result.GetValue(name)!, TimeProvider.System.GetUtcNow(), machine, tables, Notes(options)));
            return 0;
        });
        return command;
    }

    static string[] Notes(CrucibleBenchOptions options) =>
    [
        $"Regions on {new DriveInfo(options.Folder).DriveFormat}; {options.Duration.TotalSeconds} s a workload, the final flush within the totals; the latency of a write is that of its early acknowledgement.",
        "Upstairs, three downstairs and the load are four processes on this machine's cores; CPU us is what all of them used for one request.",
        "The original's figures come from another machine with 4 cores and its own disk.",
    ];
}
