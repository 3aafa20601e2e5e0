using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Projects;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>project quota NAME</c>: what is not named stays.</summary>
sealed class ProjectQuotaCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var name = NameArgument.Needed("project", "its name");
        var instances = new Option<int?>("--instances") { Description = "instances" };
        var cpus = new Option<int?>("--cpus") { Description = "virtual processors" };
        var memory = new Option<long?>("--memory") { Description = "memory in MiB" };
        var key = ClusterOptions.Key();
        var command = new Command("quota", "sets what a project may have; less than it uses stops nothing") { name, instances, cpus, memory, key };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            var path = $"/v1/projects/{Uri.EscapeDataString(context.Get(name))}";
            var present = (await client.GetAsync<ProjectView>(path, stop)).Quota;
            var quota = new ProjectQuota
            {
                Instances = context.Get(instances) ?? present.Instances,
                Cpus = context.Get(cpus) ?? present.Cpus,
                MemoryMb = context.Get(memory) ?? present.MemoryMb,
            };
            if (quota == present) throw CliException.Wrong("Nothing to change: name --instances, --cpus or --memory with another number.");
            await ProjectShowCommand.WriteAsync(context, await client.ChangeAsync<ProjectView>(HttpMethod.Put, $"{path}/quota", quota, context.Get(key), stop));
        }));
        return command;
    }
}
