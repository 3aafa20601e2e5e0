using System.CommandLine;
using Propolis.Contracts.Projects;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>project list</c>.</summary>
sealed class ProjectListCommand : ICliCommand
{
    const int Most = 10_000;

    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var command = new Command("list", "lists projects");
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            await context.Output.TableAsync(await client.ListAsync<ProjectView>("/v1/projects", Most, stop),
                ("name", one => one.Name),
                ("instances", one => $"{one.Used.Instances}/{one.Quota.Instances}"),
                ("cpus", one => $"{one.Used.Cpus}/{one.Quota.Cpus}"),
                ("memory", one => $"{one.Used.MemoryMb}/{one.Quota.MemoryMb} MiB"));
        }));
        return command;
    }
}
