using System.CommandLine;
using Propolis.Cli.Output;
using Propolis.Contracts.Projects;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>project show NAME</c>.</summary>
sealed class ProjectShowCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var name = NameArgument.Needed("project", "its name");
        var command = new Command("show", "shows a project: what it has of what it may have") { name };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            await WriteAsync(context, await client.GetAsync<ProjectView>($"/v1/projects/{Uri.EscapeDataString(context.Get(name))}", stop));
        }));
        return command;
    }

    /// <summary>Writes it, or its JSON.</summary>
    public static Task WriteAsync(CommandContext context, ProjectView one) => context.Output.ValueAsync(one, to => TextTable.WritePairs(to,
        ("name", one.Name),
        ("instances", $"{one.Used.Instances} of {one.Quota.Instances}"),
        ("cpus", $"{one.Used.Cpus} of {one.Quota.Cpus}"),
        ("memory", $"{one.Used.MemoryMb} of {one.Quota.MemoryMb} MiB")));
}
