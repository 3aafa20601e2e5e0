using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Rest;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>migration cancel ID</c>: lets the guest stay; refused once it was decided that it moves.</summary>
sealed class MigrationCancelCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var id = NameArgument.Needed("migration", "its id");
        var reason = ClusterOptions.Reason();
        var command = new Command("cancel", "lets the guest stay where it is") { id, reason };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            await MigrationShow.WriteAsync(context, await client.ChangeAsync<MigrationView>(
                HttpMethod.Post, $"/v1/migrations/{Uri.EscapeDataString(context.Get(id))}/cancel", new CommandReason { Reason = context.Get(reason) }, null, stop));
        }));
        return command;
    }
}
