using System.CommandLine;
using Propolis.Bench.ControlPlane;
using Propolis.Bench.Crucible;
using Propolis.Bench.Engine;
using Propolis.Bench.Fuzz;
using Propolis.Bench.Migration;
using Propolis.Bench.Reports;

var json = new Option<string>("--json") { Description = "Folder for the figures as JSON", DefaultValueFactory = _ => ".data/bench" };
var results = new Option<string?>("--results") { Description = "Markdown file whose section of this bench is replaced" };
var root = new RootCommand("Measures Propolis beside what it stands in for.")
{
    ControlPlaneCommand.Build(Publish), CrucibleCommand.Build(Publish), EngineCommand.Build(Publish), FuzzCommand.Build(Publish), MigrationCommand.Build(Publish),
};
root.Add(json);
root.Add(results);
json.Recursive = results.Recursive = true;
return await root.Parse(args).InvokeAsync();

void Publish(ParseResult parsed, BenchReport report)
{
    var output = parsed.InvocationConfiguration.Output;
    output.Write(TextTable.Format(report));
    var file = JsonReport.Write(parsed.GetValue(json)!, report);
    output.WriteLine($"figures: {file}");
    if (parsed.GetValue(results) is { } markdown)
        ResultsFile.Replace(markdown, report);
}
