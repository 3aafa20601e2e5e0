using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Rest;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>instance edit NAME</c>: what is not named stays.</summary>
sealed class InstanceEditCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var name = NameArgument.Needed("instance", "name or id");
        var (project, key) = (ClusterOptions.Project(), ClusterOptions.Key());
        var description = new Option<string?>("--description") { Description = "free text" };
        var cpus = new Option<int?>("--cpus") { Description = "processors; only while it is stopped" };
        var memory = new Option<long?>("--memory") { Description = "memory in MiB; only while it is stopped" };
        var restart = Words.Option<RestartMode>("--restart", "when it starts again by itself");
        var sledLoss = Words.Option<SledLossPolicy>("--sled-loss", "when it may start elsewhere although its sled is silent");
        var command = new Command("edit", "changes what an instance is") { name, project, key, description, cpus, memory, restart, sledLoss };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            var instance = await new Finder(client, context.Get(project)).InstanceAsync(context.Get(name), stop);
            var edit = new InstanceEdit
            {
                Description = context.Get(description),
                Cpus = context.Get(cpus),
                MemoryMb = context.Get(memory),
                Restart = context.Get(restart) is { } mode ? (instance.Restart ?? new RestartPolicy { Mode = mode }) with { Mode = mode } : null,
                SledLoss = context.Get(sledLoss),
            };
            if (edit == new InstanceEdit()) throw CliException.Wrong("Nothing to change: name --description, --cpus, --memory, --restart or --sled-loss.");
            await InstanceShow.WriteAsync(context, await client.ChangeAsync<InstanceView>(HttpMethod.Patch, $"/v1/instances/{instance.Id}", edit, context.Get(key), stop));
        }));
        return command;
    }
}
