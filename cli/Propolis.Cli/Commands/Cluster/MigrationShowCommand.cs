using System.CommandLine;
using Propolis.Contracts.Migrations;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>migration show ID</c>.</summary>
sealed class MigrationShowCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var id = NameArgument.Needed("migration", "its id");
        var command = new Command("show", "shows a migration and how far it is") { id };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            await MigrationShow.WriteAsync(context, await client.GetAsync<MigrationView>($"/v1/migrations/{Uri.EscapeDataString(context.Get(id))}", stop));
        }));
        return command;
    }
}
