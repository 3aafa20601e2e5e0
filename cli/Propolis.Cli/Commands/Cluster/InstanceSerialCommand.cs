using System.CommandLine;
using Propolis.Cli.Cluster;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>instance serial NAME</c>: the same as <c>serial NAME</c> with a silo.</summary>
sealed class InstanceSerialCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var name = NameArgument.Needed("instance", "name or id");
        var project = ClusterOptions.Project();
        var offset = new Option<long>("--byte-offset", "-b") { Description = "first byte of the history to show; negative counts from the end", DefaultValueFactory = _ => ClusterSerial.UsualOffset };
        var command = new Command("serial", "joins this terminal to the instance's serial port and follows the instance; Ctrl-A Ctrl-C leaves") { name, project, offset };
        command.SetAction(host.Action((context, stop) => ClusterSerial.RunAsync(host, context, context.Get(name), context.Get(project), context.Get(offset), stop)));
        return command;
    }
}
