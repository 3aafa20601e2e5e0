using System.CommandLine;
using Propolis.Contracts.Server;

namespace Propolis.Cli.Commands;

/// <summary><c>monitor</c>: a line for every state that the server publishes, until the VM is over.</summary>
sealed class MonitorCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var command = new Command("monitor", "follows the state of the server's VM until it is over");
        command.SetAction(host.Action(RunAsync));
        return command;
    }

    static async Task RunAsync(CommandContext context, CancellationToken stop)
    {
        using var client = context.ServerClient();
        for (ulong generation = 1; ;)
        {
            var seen = await client.SendAsync<InstanceStateMonitorResponse>(
                HttpMethod.Get, "/instance/state-monitor", new InstanceStateMonitorRequest { Gen = generation }, Timeout.InfiniteTimeSpan, stop);
            await context.Output.EventAsync(seen, Line);
            if (seen.State is InstanceState.Destroyed or InstanceState.Failed) return;
            generation = seen.Gen + 1;
        }
    }

    static string Line(InstanceStateMonitorResponse seen) =>
        string.Join(' ', new[] { $"{seen.Gen}", $"{seen.State}", Migration("in", seen.Migration.MigrationIn), Migration("out", seen.Migration.MigrationOut) }.Where(part => part.Length > 0));

    static string Migration(string way, InstanceMigrationStatus? migration) => migration is null ? "" : $"migration-{way}={migration.Id}:{migration.State}";
}
