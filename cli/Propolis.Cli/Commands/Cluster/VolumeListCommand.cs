using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Volumes;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>volume list</c>.</summary>
sealed class VolumeListCommand : ICliCommand
{
    const int Most = 10_000;

    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var project = new Option<string?>("--project") { Description = "only of this project" };
        var command = new Command("list", "lists volumes") { project };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            var all = await client.ListAsync<VolumeView>(SiloClient.WithQuery("/v1/volumes", ("project", context.Get(project))), Most, stop);
            await context.Output.TableAsync([.. all.OrderBy(one => one.Template.Project, StringComparer.Ordinal).ThenBy(one => one.Template.Name, StringComparer.Ordinal)],
                ("name", one => one.Template.Name),
                ("project", one => one.Template.Project),
                ("kind", one => Words.Of(one.Template.Kind)),
                ("size", one => Sizes.Show(one.Template.SizeBytes)),
                ("generation", one => $"{one.Generation}"),
                ("holder", one => one.Holder is { } holder ? $"{holder.Instance} incarnation {holder.Incarnation}" : null),
                ("id", one => one.Id.Value));
        }));
        return command;
    }
}
