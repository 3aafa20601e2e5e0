using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Cli.Serial;

namespace Propolis.Cli.Commands;

/// <summary><c>serial</c>, and the older <c>serial NAME</c>: joins this terminal to the VM's first serial port.</summary>
sealed class SerialCommand : ICliCommand
{
    readonly Argument<string?> _name = NameArgument.Optional("name", "the VM's name; in a cluster the instance's name or id");

    readonly Option<long> _offset = new("--byte-offset", "-b")
    {
        Description = "first byte of the history to show; negative counts from the end",
        DefaultValueFactory = _ => ClusterSerial.UsualOffset,
    };

    readonly Option<string> _project = ClusterOptions.Project();

    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var command = new Command("serial", "joins this terminal to the VM's serial port; Ctrl-A Ctrl-C leaves") { _name, _offset, _project };
        command.SetAction(host.Action((context, stop) => RunAsync(host, context, stop)));
        return command;
    }

    async Task RunAsync(CommandHost host, CommandContext context, CancellationToken stop)
    {
        if (context.Silo is not null)
        {
            var instance = context.Get(_name) ?? throw CliException.Wrong("Name the instance: serial NAME.");
            await ClusterSerial.RunAsync(host, context, instance, context.Get(_project), context.Get(_offset), stop);
            return;
        }
        using var client = context.ServerClient();
        if (context.Get(_name) is { } name) await InstanceNames.CheckAsync(client, name, stop);
        await new SerialConsole(host).RunAsync(SerialAddress.OfServer(context.Server, context.Get(_offset)), stop);
    }
}
