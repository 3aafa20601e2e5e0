using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Instances;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>instance create</c>: from a file, from options, or from a file with some things changed by options.</summary>
sealed class InstanceCreateCommand : ICliCommand
{
    readonly InstanceOptions _options = new();
    readonly Option<string?> _key = ClusterOptions.Key();
    readonly Option<bool> _wait = new("--wait") { Description = "wait until it runs" };
    readonly Option<TimeSpan> _timeout = ClusterOptions.Timeout("5m");

    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var command = new Command("create", "makes an instance, and runs it unless told otherwise") { _key, _wait, _timeout };
        _options.AddTo(command);
        command.SetAction(host.Action(RunAsync));
        return command;
    }

    async Task RunAsync(CommandContext context, CancellationToken stop)
    {
        var file = _options.Read(context.Parsed);
        using var client = context.SiloClient();
        var key = context.Get(_key) ?? SiloClient.NewKey();
        var template = await new InstanceMaker(client).WithVolumesAsync(file, key, stop);
        var made = await client.ChangeAsync<InstanceView>(HttpMethod.Post, "/v1/instances", template, key, stop);
        if (context.Get(_wait) && template.Start) made = await new InstanceWait(client, context.Clock).ForAsync(made, InstancePhase.Running, context.Get(_timeout), stop) ?? made;
        await InstanceShow.WriteAsync(context, made);
    }
}
