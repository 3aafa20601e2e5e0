using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Volumes;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>volume delete NAME</c>.</summary>
sealed class VolumeDeleteCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var name = NameArgument.Needed("volume", "name or id");
        var (project, key) = (ClusterOptions.Project(), ClusterOptions.Key());
        var command = new Command("delete", "forgets a volume; refused while a VM holds it") { name, project, key };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            var volume = await new Finder(client, context.Get(project)).VolumeAsync(context.Get(name), stop);
            var gone = await client.ChangeAsync<VolumeView>(HttpMethod.Delete, $"/v1/volumes/{volume.Id}", null, context.Get(key), stop);
            await context.Output.ValueAsync(gone, to => to.WriteLine($"{gone.Template.Name} is deleted"));
        }));
        return command;
    }
}
