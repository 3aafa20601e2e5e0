using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Rest;
using Propolis.Contracts.Volumes;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>volume snapshot NAME SNAPSHOT</c>: takes a snapshot through the VM that has the volume open.</summary>
sealed class VolumeSnapshotCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var name = NameArgument.Needed("volume", "name or id");
        var snapshot = NameArgument.Needed("snapshot", "its name in the volume");
        var (project, key) = (ClusterOptions.Project(), ClusterOptions.Key());
        var command = new Command("snapshot", "takes a snapshot of a volume that a running instance has open") { name, snapshot, project, key };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            var volume = await new Finder(client, context.Get(project)).VolumeAsync(context.Get(name), stop);
            var taken = await client.ChangeAsync<VolumeSnapshot>(HttpMethod.Post, $"/v1/volumes/{volume.Id}/snapshots", new NewSnapshot { Name = context.Get(snapshot) }, context.Get(key), stop);
            await context.Output.ValueAsync(taken, to => to.WriteLine($"{taken.Name} is {Words.Of(taken.State)}"));
        }));
        return command;
    }
}
