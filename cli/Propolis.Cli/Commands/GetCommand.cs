using System.CommandLine;
using Propolis.Cli.Output;
using Propolis.Contracts.Server;

namespace Propolis.Cli.Commands;

/// <summary><c>get</c>: what the server's VM is and does.</summary>
sealed class GetCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var command = new Command("get", "shows the server's VM");
        command.SetAction(host.Action(async (context, stop) =>
        {
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
