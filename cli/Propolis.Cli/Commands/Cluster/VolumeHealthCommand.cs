using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Volumes;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>volume health NAME</c>: how well a Crucible volume's regions are.</summary>
sealed class VolumeHealthCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var name = NameArgument.Needed("volume", "name or id");
        var project = ClusterOptions.Project();
        var command = new Command("health", "asks the sleds how well a volume's regions are") { name, project };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            var volume = await new Finder(client, context.Get(project)).VolumeAsync(context.Get(name), stop);
            var health = await client.GetAsync<VolumeHealth>($"/v1/volumes/{volume.Id}/health", stop);
            await context.Output.ValueAsync(health, to =>
            {
                to.WriteLine($"{volume.Template.Name}: {health.Well} of {health.Regions.Count} regions are well{(health.Used is { } used ? $", its user says {used}" : "")}");
                foreach (var one in health.Regions)
                    to.WriteLine($"  {one.Region.Region} on {one.Region.Sled}: {(one.Served is { } served ? Words.Of(served) : "no answer")}{(one.Used is { } seen ? $", {seen}" : "")}{(one.Trouble is { } trouble ? $": {trouble}" : "")}");
            });
        }));
        return command;
    }
}
