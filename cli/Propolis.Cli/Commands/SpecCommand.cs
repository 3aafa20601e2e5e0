using System.CommandLine;
using Propolis.Contracts.Server;

namespace Propolis.Cli.Commands;

/// <summary><c>spec</c>: the spec of the server's VM as JSON, good for <c>new --spec</c>.</summary>
sealed class SpecCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var command = new Command("spec", "prints the spec of the server's VM as JSON");
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.ServerClient();
            var answer = await client.GetAsync<InstanceSpecGetResponse>("/instance/spec", stop);
            if (answer.Spec is not PresentSpec present) throw new CliException("The VM's spec has not come from its source yet.");
            await context.Output.DocumentAsync(present.Spec);
        }));
        return command;
    }
}
