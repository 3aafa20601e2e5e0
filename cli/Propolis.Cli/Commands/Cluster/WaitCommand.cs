using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Instances;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>wait INSTANCE --for running</c>: 0 when it is, 1 when it cannot be any more or not in time.</summary>
sealed class WaitCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var name = NameArgument.Needed("instance", "name or id");
        var project = ClusterOptions.Project();
        var phase = Words.Option<InstancePhase>("--for", "the phase to wait for (running when absent)");
        var timeout = ClusterOptions.Timeout("5m");
        var command = new Command("wait", "waits until an instance is running, or what else is asked for") { name, project, phase, timeout };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            var wanted = context.Get(phase) ?? InstancePhase.Running;
            var instance = await new Finder(client, context.Get(project)).InstanceAsync(context.Get(name), stop);
            var now = await new InstanceWait(client, context.Clock).ForAsync(instance, wanted, context.Get(timeout), stop) ?? instance with { Phase = wanted };
            await context.Output.ValueAsync(now, to => to.WriteLine($"{now.Name} is {Words.Of(now.Phase)}"));
        }));
        return command;
    }
}
