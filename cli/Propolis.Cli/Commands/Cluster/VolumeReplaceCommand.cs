using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Rest;
using Propolis.Contracts.Volumes;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>volume replace NAME REGION</c>: puts a new region on another sled in the place of one; a running guest goes on meanwhile.</summary>
sealed class VolumeReplaceCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var name = NameArgument.Needed("volume", "name or id");
        var region = NameArgument.Needed("region", "id of a region, as 'volume health' shows it");
        var (project, reason, key) = (ClusterOptions.Project(), ClusterOptions.Reason(), ClusterOptions.Key());
        var command = new Command("replace", "replaces a region of a volume by a new one on another sled; a running guest goes on meanwhile") { name, region, project, reason, key };
        command.SetAction(host.Action(async (context, stop) =>
        {
            if (!Guid.TryParse(context.Get(region), out var id))
                throw CliException.Wrong($"'{context.Get(region)}' is no id of a region; 'volume health' shows them.");
            using var client = context.SiloClient();
            var volume = await new Finder(client, context.Get(project)).VolumeAsync(context.Get(name), stop);
            var path = $"/v1/volumes/{volume.Id}/regions/{id:D}/replace";
            await VolumeShow.WriteAsync(context, await client.ChangeAsync<VolumeView>(HttpMethod.Post, path, new CommandReason { Reason = context.Get(reason) }, context.Get(key), stop));
        }));
        return command;
    }
}
