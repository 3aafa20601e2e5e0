using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Rest;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>instance start|stop|reboot|delete|relocate NAME</c>: tells what is wanted, and with <c>--wait</c> waits for it.</summary>
sealed class InstanceActionCommand(InstanceAction action, string description, InstancePhase goal) : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var name = NameArgument.Needed("instance", "name or id");
        var (project, reason, key) = (ClusterOptions.Project(), ClusterOptions.Reason(), ClusterOptions.Key());
        var wait = new Option<bool>("--wait") { Description = $"wait until it is {Words.Of(goal)}" };
        var timeout = ClusterOptions.Timeout("5m");
        var command = new Command(Words.Of(action), description) { name, project, reason, key, wait, timeout };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            var instance = await new Finder(client, context.Get(project)).InstanceAsync(context.Get(name), stop);
            var now = await SendAsync(client, instance, context.Get(reason), context.Get(key), stop);
            if (context.Get(wait)) now = await new InstanceWait(client, context.Clock).ForAsync(now, goal, context.Get(timeout), stop) ?? now;
            await context.Output.ValueAsync(now, to => to.WriteLine($"{now.Name} is {Words.Of(now.Phase)}{(context.Get(wait) ? "" : $", wanted {Words.Of(now.Desired)}")}"));
        }));
        return command;
    }

    Task<InstanceView> SendAsync(SiloClient client, InstanceView instance, string? reason, string? key, CancellationToken stop) => action == InstanceAction.Delete
        ? client.ChangeAsync<InstanceView>(HttpMethod.Delete, SiloClient.WithQuery($"/v1/instances/{instance.Id}", ("reason", reason)), null, key, stop)
        : client.ChangeAsync<InstanceView>(HttpMethod.Post, $"/v1/instances/{instance.Id}/{Words.Of(action)}", new CommandReason { Reason = reason }, key, stop);
}
