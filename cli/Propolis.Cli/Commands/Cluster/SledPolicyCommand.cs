using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Rest;
using Propolis.Contracts.Sleds;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>sled drain|resume ID</c>. A drain with <c>--wait</c> ends when the sled is empty, and names what stands in its way when it does not get there in time.</summary>
sealed class SledPolicyCommand(string verb, string description, SledPolicy policy) : ICliCommand
{
    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var id = NameArgument.Needed("sled", "id, with or without sled-");
        var (reason, key) = (ClusterOptions.Reason(), ClusterOptions.Key());
        var command = new Command(verb, description) { id, reason, key };
        var wait = new Option<bool>("--wait") { Description = "wait until nothing runs on it" };
        var timeout = ClusterOptions.Timeout("15m");
        if (policy == SledPolicy.Draining)
        {
            command.Add(wait);
            command.Add(timeout);
        }
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            var sled = await client.ChangeAsync<SledView>(HttpMethod.Post, $"/v1/sleds/{Finder.SledId(context.Get(id))}/{verb}", new CommandReason { Reason = context.Get(reason) }, context.Get(key), stop);
            if (policy == SledPolicy.Draining && context.Get(wait)) sled = await EmptyAsync(client, sled, context, context.Get(timeout), stop);
            await context.Output.ValueAsync(sled, to => to.WriteLine($"{sled.Id} is {Words.Of(sled.Policy)}, with {sled.Reservations.Count} VMMs on it"));
            if (policy == SledPolicy.Draining && sled.Reservations.Count > 0) await SayBlockersAsync(client, sled, context, stop);
        }));
        return command;
    }

    static async Task<SledView> EmptyAsync(SiloClient client, SledView sled, CommandContext context, TimeSpan limit, CancellationToken stop)
    {
        var since = context.Clock.GetTimestamp();
        while (sled.Reservations.Count > 0)
        {
            if (context.Clock.GetElapsedTime(since) >= limit)
            {
                await SayBlockersAsync(client, sled, context, stop);
                throw new CliException($"{sled.Id} is not empty after {Durations.Show(limit)}: {sled.Reservations.Count} VMMs are left. 'sled resume' takes the drain back.");
            }
            await Task.Delay(LookEvery, context.Clock, stop);
            sled = await client.GetAsync<SledView>($"/v1/sleds/{sled.Id}", stop);
            if (sled.Policy != SledPolicy.Draining) throw new CliException($"{sled.Id} is {Words.Of(sled.Policy)} again: somebody ended the drain.");
        }
        return sled;
    }

    static async Task SayBlockersAsync(SiloClient client, SledView sled, CommandContext context, CancellationToken stop)
    {
        var drain = await client.GetAsync<DrainView>($"/v1/sleds/{sled.Id}/drain", stop);
        foreach (var left in drain.Remaining.OrderByDescending(left => left.Blocked)) await context.Errors.WriteLineAsync($"{left.Instance} {(left.Blocked ? "is blocked" : "is on its way")}: {left.Reason}");
    }
}
