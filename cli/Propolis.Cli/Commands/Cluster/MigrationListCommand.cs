using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Migrations;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>migration list</c>.</summary>
sealed class MigrationListCommand : ICliCommand
{
    const int Most = 10_000;

    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var project = new Option<string?>("--project") { Description = "only of this project" };
        var target = new Option<string?>("--to") { Description = "only to this sled" };
        var phase = Words.Option<MigrationPhase>("--phase", "only in this phase");
        var command = new Command("list", "lists migrations") { project, target, phase };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            var path = SiloClient.WithQuery("/v1/migrations",
                ("project", context.Get(project)),
                ("target", context.Get(target) is { } text ? Finder.SledId(text).Value : null),
                ("phase", context.Get(phase) is { } word ? Words.Of(word).Replace('-', '_') : null));
            var all = await client.ListAsync<MigrationView>(path, Most, stop);
            await context.Output.TableAsync([.. all.OrderBy(one => one.CreatedAt)],
                ("id", one => one.Id.Value),
                ("instance", one => one.Instance.Value),
                ("phase", one => Words.Of(one.Phase)),
                ("from", one => one.Source?.Value),
                ("to", one => one.Target?.Value),
                ("downtime", one => one.Progress?.DowntimeMs is { } ms ? $"{ms} ms" : null),
                ("created", one => $"{one.CreatedAt:u}"),
                ("reason", one => one.Reason));
        }));
        return command;
    }
}
