using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Instances;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>instance list</c>.</summary>
sealed class InstanceListCommand : ICliCommand
{
    const int UsualLimit = 1000;

    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var project = new Option<string?>("--project") { Description = "only of this project" };
        var sled = new Option<string?>("--sled") { Description = "only on this sled" };
        var phase = Words.Option<InstancePhase>("--phase", "only in this phase");
        var limit = new Option<int>("--limit") { Description = $"at most so many; {UsualLimit} when absent", DefaultValueFactory = _ => UsualLimit };
        var command = new Command("list", "lists instances") { project, sled, phase, limit };
        command.SetAction(host.Action(async (context, stop) =>
        {
            if (context.Get(limit) < 1) throw CliException.Wrong("--limit must be 1 or more.");
            using var client = context.SiloClient();
            var path = SiloClient.WithQuery("/v1/instances",
                ("project", context.Get(project)),
                ("sled", context.Get(sled) is { } text ? Finder.SledId(text).Value : null),
                ("phase", context.Get(phase) is { } word ? Words.Of(word).Replace('-', '_') : null));
            var all = await client.ListAsync<InstanceView>(path, context.Get(limit), stop);
            var now = context.Clock.GetUtcNow();
            await context.Output.TableAsync([.. all.OrderBy(one => one.Project, StringComparer.Ordinal).ThenBy(one => one.Name, StringComparer.Ordinal)],
                ("name", one => one.Name),
                ("project", one => one.Project),
                ("phase", one => Words.Of(one.Phase)),
                ("sled", one => one.Sled?.Value),
                ("cpus", one => $"{one.Cpus}"),
                ("memory", one => $"{one.MemoryMb} MiB"),
                ("age", one => Durations.Show(now - one.CreatedAt)),
                ("id", one => one.Id.Value),
                ("reason", one => one.Reason));
        }));
        return command;
    }
}
