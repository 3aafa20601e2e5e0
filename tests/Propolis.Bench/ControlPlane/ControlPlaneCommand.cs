using System.CommandLine;
using Propolis.Bench.Reports;

namespace Propolis.Bench.ControlPlane;

/// <summary><c>controlplane</c>: one silo with many simulated sleds and instances.</summary>
static class ControlPlaneCommand
{
    public static Command Build(Action<ParseResult, BenchReport> publish)
    {
        var sleds = new Option<int>("--sleds") { Description = "Simulated sleds", DefaultValueFactory = _ => 1000 };
        var instances = new Option<int>("--instances") { Description = "Instances; 30 fit on a sled", DefaultValueFactory = _ => 20_000 };
        var folder = new Option<string>("--folder") { Description = "Where the database goes", DefaultValueFactory = _ => Path.GetTempPath() };
        var db = new Option<string?>("--db") { Description = "An empty PostgreSQL database, in place of a new SQLite file" };
        var command = new Command("controlplane", "One silo with many simulated sleds and instances") { sleds, instances, folder, db };
        command.SetAction(async (result, _) =>
        {
            // Not a validator: values that are not given are not there yet when those run.
            if (result.GetValue(sleds) is < 1 or > 9999 || result.GetValue(instances) is < 200 or > 99_000 || result.GetValue(instances) > 30 * result.GetValue(sleds))
            {
                await result.InvocationConfiguration.Error.WriteLineAsync("--sleds must be 1 to 9999, --instances 200 to 99000 and at most 30 a sled");
                return 2;
            }
            var machine = MachineFacts.Read();
            var bench = new ControlPlaneBench(
                result.GetValue(sleds), result.GetValue(instances), result.GetValue(folder)!, result.GetValue(db), result.InvocationConfiguration.Error.WriteLine);
            var table = await bench.RunAsync();
            publish(result, new BenchReport("controlplane", TimeProvider.System.GetUtcNow(), machine, [table],
            [
                $"{result.GetValue(sleds)} simulated sleds, {result.GetValue(instances)} instances, one silo in one process with {(result.GetValue(db) is null ? "SQLite" : "PostgreSQL")} (a durable write for every step); agents answer at once, guests do not boot.",
            ]));
            return 0;
        });
        return command;
    }
}
