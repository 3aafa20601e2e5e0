using System.CommandLine;
using System.Globalization;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Volumes;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>volume snapshots NAME</c>.</summary>
sealed class VolumeSnapshotsCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var name = NameArgument.Needed("volume", "name or id");
        var project = ClusterOptions.Project();
        var command = new Command("snapshots", "lists a volume's snapshots") { name, project };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            var volume = await new Finder(client, context.Get(project)).VolumeAsync(context.Get(name), stop);
            await context.Output.TableAsync<VolumeSnapshot>([.. volume.Snapshots],
                ("name", one => one.Name),
                ("state", one => Words.Of(one.State)),
                ("taken", one => one.CreatedAt.ToString("u", CultureInfo.InvariantCulture)),
                ("regions", one => one.Regions.Count.ToString(CultureInfo.InvariantCulture)),
                ("id", one => one.Id.ToString("D")));
        }));
        return command;
    }
}
