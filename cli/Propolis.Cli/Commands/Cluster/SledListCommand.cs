using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Sleds;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>sled list</c>.</summary>
sealed class SledListCommand : ICliCommand
{
    const int Most = 10_000;

    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var command = new Command("list", "lists sleds");
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            var all = await client.ListAsync<SledView>("/v1/sleds", Most, stop);
            var now = context.Clock.GetUtcNow();
            await context.Output.TableAsync(all,
                ("id", one => one.Id.Value),
                ("policy", one => Words.Of(one.Policy)),
                ("health", one => Words.Of(one.Health)),
                ("heard", one => one.LastHeard is { } heard ? $"{Durations.Show(now - heard)} ago" : null),
                ("cpus", one => $"{one.Reserved.Cpus}/{one.Capacity.Cpus}"),
                ("memory", one => $"{one.Reserved.MemoryMb}/{one.Capacity.MemoryMb} MiB"),
                ("vmms", one => $"{one.Reservations.Count}"),
                ("hypervisor", one => one.Hypervisor),
                ("address", one => one.Address));
        }));
        return command;
    }
}
