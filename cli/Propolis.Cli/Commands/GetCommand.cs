using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Cli.Output;
using Propolis.Contracts.Server;

namespace Propolis.Cli.Commands;

/// <summary><c>get</c>: what the server's VM is and does.</summary>
sealed class GetCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var name = NameArgument.Optional("name", "in a cluster the instance's name or id");
        var command = new Command("get", "shows the server's VM, or an instance of a cluster") { name };
        command.SetAction(host.Action(async (context, stop) =>
        {
            if (context.Silo is not null)
            {
                await ClusterVerbs.ShowAsync(context, context.Get(name) ?? throw CliException.Wrong("Name the instance: get NAME."), stop);
                return;
            }
            using var client = context.ServerClient();
            var answer = await client.GetAsync<InstanceGetResponse>("/instance", stop);
            await context.Output.ValueAsync(answer.Instance, to => Show(to, answer.Instance));
        }));
        return command;
    }

    static void Show(TextWriter to, Instance instance) => TextTable.WritePairs(to,
        ("name", instance.Properties.Name),
        ("id", instance.Properties.Id.ToString()),
        ("state", instance.State.ToString()),
        ("description", instance.Properties.Description));
}
