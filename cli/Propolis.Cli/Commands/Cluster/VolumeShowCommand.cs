using System.CommandLine;
using Propolis.Cli.Cluster;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>volume show NAME</c>: with the generations given out lately, and why.</summary>
sealed class VolumeShowCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var name = NameArgument.Needed("volume", "name or id");
        var project = ClusterOptions.Project();
        var command = new Command("show", "shows a volume and who opened it") { name, project };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            await VolumeShow.WriteAsync(context, await new Finder(client, context.Get(project)).VolumeAsync(context.Get(name), stop));
        }));
        return command;
    }
}
