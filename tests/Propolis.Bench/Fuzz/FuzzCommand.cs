using System.CommandLine;
using Propolis.Bench.Reports;
using Propolis.Vmm.Tests.Fuzz;

namespace Propolis.Bench.Fuzz;

/// <summary><c>fuzz</c>: random guests against every device for a while. Exit code 1 when one got through.</summary>
static class FuzzCommand
{
    public static Command Build(Action<ParseResult, BenchReport> publish)
    {
        var minutes = new Option<double>("--minutes") { Description = "How long", DefaultValueFactory = _ => 10 };
        var seed = new Option<ulong>("--seed") { Description = "Where to begin; a run with the same seed tries the same cases", DefaultValueFactory = _ => 1 };
        var only = new Option<string>("--only") { Description = "Fuzz targets whose name contains this", DefaultValueFactory = _ => "" };
        var command = new Command("fuzz", "Random guests against every device") { minutes, seed, only };
        command.SetAction(result =>
        {
            var machine = MachineFacts.Read();
            var wanted = result.GetValue(only)!;
            var campaign = new FuzzCampaign(
                FuzzTargets.All().Where(target => target.Name.Contains(wanted, StringComparison.Ordinal)).ToList(),
                result.GetValue(seed), TimeProvider.System, result.InvocationConfiguration.Error.WriteLine);
            AppDomain.CurrentDomain.UnhandledException += (_, crash) => Console.Error.WriteLine($"crash of a thread while fuzzing {campaign.Current}: {crash.ExceptionObject}");
            campaign.Run(TimeSpan.FromMinutes(result.GetValue(minutes)));
            publish(result, new BenchReport("fuzz", TimeProvider.System.GetUtcNow(), machine, [campaign.Table()],
            [
                $"Seeds from {result.GetValue(seed)} on, {campaign.Elapsed.TotalMinutes:0.0} minutes, {campaign.Crashes} crashes. A crash is an exception, a hang or a broken promise; "
                    + "a crash of a device's thread would end the program.",
            ]));
            return campaign.Crashes == 0 ? 0 : 1;
        });
        return command;
    }
}
