using System.CommandLine;
using Propolis.Cli.Serial;

namespace Propolis.Cli.Commands;

/// <summary><c>serial</c>, and the older <c>serial NAME</c>: joins this terminal to the VM's first serial port.</summary>
sealed class SerialCommand : ICliCommand
{
    const long DefaultOffset = -16384;

    readonly Argument<string?> _name = new("name") { Description = "the VM's name", Arity = ArgumentArity.ZeroOrOne };

    readonly Option<long> _offset = new("--byte-offset", "-b")
    {
        Description = "first byte of the history to show; negative counts from the end",
        DefaultValueFactory = _ => DefaultOffset,
    };

    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var command = new Command("serial", "joins this terminal to the VM's serial port; Ctrl-A Ctrl-C leaves") { _name, _offset };
        command.SetAction(host.Action((context, stop) => RunAsync(host, context, stop)));
        return command;
    }

    async Task RunAsync(CommandHost host, CommandContext context, CancellationToken stop)
    {
        using var client = context.ServerClient();
        if (context.Get(_name) is { } name) await InstanceNames.CheckAsync(client, name, stop);
        await new SerialConsole(host).RunAsync(SerialAddress.Of(context.Server, context.Get(_offset)), stop);
    }
}
