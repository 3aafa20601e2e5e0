using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Instances;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>instance placement NAME</c>: where it could run, and why not elsewhere.</summary>
sealed class InstancePlacementCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var name = NameArgument.Needed("instance", "name or id");
        var project = ClusterOptions.Project();
        var command = new Command("placement", "says where an instance could run now, and why not elsewhere") { name, project };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            var instance = await new Finder(client, context.Get(project)).InstanceAsync(context.Get(name), stop);
            var report = await client.GetAsync<PlacementReport>($"/v1/instances/{instance.Id}/placement", stop);
            await context.Output.ValueAsync(report, to =>
            {
                foreach (var sled in report.Candidates) to.WriteLine($"{sled}: takes it");
                foreach (var refusal in report.Refusals) to.WriteLine($"{refusal.Sled}: {refusal.Reason}");
            });
        }));
        return command;
    }
}
