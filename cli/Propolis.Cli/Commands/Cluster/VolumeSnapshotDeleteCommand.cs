using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Volumes;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>volume snapshot-delete NAME SNAPSHOT</c>.</summary>
sealed class VolumeSnapshotDeleteCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var name = NameArgument.Needed("volume", "name or id");
        var snapshot = NameArgument.Needed("snapshot", "name or id");
        var (project, key) = (ClusterOptions.Project(), ClusterOptions.Key());
        var command = new Command("snapshot-delete", "removes a snapshot of a volume") { name, snapshot, project, key };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            var volume = await new Finder(client, context.Get(project)).VolumeAsync(context.Get(name), stop);
            var path = $"/v1/volumes/{volume.Id}/snapshots/{Uri.EscapeDataString(context.Get(snapshot))}";
            var gone = await client.ChangeAsync<VolumeSnapshot>(HttpMethod.Delete, path, null, context.Get(key), stop);
            await context.Output.ValueAsync(gone, to => to.WriteLine($"{gone.Name} is {Words.Of(gone.State)}"));
        }));
        return command;
    }
}
