using Propolis.Cli.Commands.Cluster;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Rest;
using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;

namespace Propolis.Cli.Cluster;

/// <summary>What the verbs of one server (<c>new</c>, <c>state</c>, <c>get</c>) do in a cluster. They know no projects: names are those of the usual one.</summary>
static class ClusterVerbs
{
    /// <summary>Makes an instance that does not run yet, as <c>new</c> makes a VM.</summary>
    public static async Task CreateAsync(CommandContext context, string name, InstanceSpec spec, CancellationToken stop)
    {
        using var client = context.SiloClient();
        var template = new InstanceTemplate { Project = ClusterOptions.UsualProject, Name = name, Spec = spec, Start = false };
        await InstanceShow.WriteAsync(context, await client.ChangeAsync<InstanceView>(HttpMethod.Post, "/v1/instances", template, null, stop));
    }

    /// <summary>Asks an instance for a state.</summary>
    public static async Task SetStateAsync(CommandContext context, string name, InstanceStateRequested wanted, CancellationToken stop)
    {
        using var client = context.SiloClient();
        var instance = await new Finder(client, ClusterOptions.UsualProject).InstanceAsync(name, stop);
        var action = wanted switch
        {
            InstanceStateRequested.Run => InstanceAction.Start,
            InstanceStateRequested.Stop => InstanceAction.Stop,
            _ => InstanceAction.Reboot,
        };
        await client.ChangeAsync<InstanceView>(HttpMethod.Post, $"/v1/instances/{instance.Id}/{Words.Of(action)}", new CommandReason(), null, stop);
    }

    /// <summary>Shows an instance.</summary>
    public static async Task ShowAsync(CommandContext context, string name, CancellationToken stop)
    {
        using var client = context.SiloClient();
        await InstanceShow.WriteAsync(context, await new Finder(client, ClusterOptions.UsualProject).InstanceAsync(name, stop));
    }
}
