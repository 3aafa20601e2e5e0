using System.CommandLine;
using Propolis.Cli.Rest;

namespace Propolis.Cli.Commands;

/// <summary><c>inject-nmi</c>: sends a non-maskable interrupt to the guest.</summary>
sealed class InjectNmiCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var command = new Command("inject-nmi", "sends a non-maskable interrupt to the guest");
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.ServerClient();
            (await client.SendAsync(HttpMethod.Post, "/instance/nmi", null, RestClient.AnswerLimit, stop)).Dispose();
        }));
        return command;
    }
}
