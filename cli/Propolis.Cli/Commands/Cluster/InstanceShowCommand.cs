using System.CommandLine;
using Propolis.Cli.Cluster;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>instance show NAME</c>.</summary>
sealed class InstanceShowCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var name = NameArgument.Needed("instance", "name or id");
        var project = ClusterOptions.Project();
        var command = new Command("show", "shows an instance") { name, project };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            await InstanceShow.WriteAsync(context, await new Finder(client, context.Get(project)).InstanceAsync(context.Get(name), stop));
        }));
        return command;
    }
}
