using System.CommandLine;
using Propolis.Cli.Cluster;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>sled show ID</c>.</summary>
sealed class SledShowCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var id = NameArgument.Needed("sled", "id, with or without sled-");
        var command = new Command("show", "shows a sled and what runs on it") { id };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            await SledShow.WriteAsync(context, await new Finder(client, ClusterOptions.UsualProject).SledAsync(context.Get(id), stop));
        }));
        return command;
    }
}
