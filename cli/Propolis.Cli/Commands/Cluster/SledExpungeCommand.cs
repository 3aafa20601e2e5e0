using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Rest;
using Propolis.Contracts.Sleds;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>sled expunge ID --yes</c>: the operator's word that the sled is off. With a sled that runs on, two copies of a guest would; so the word must be said twice.</summary>
sealed class SledExpungeCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var id = NameArgument.Needed("sled", "id, with or without sled-");
        var (reason, key) = (ClusterOptions.Reason(), ClusterOptions.Key());
        var yes = new Option<bool>("--yes") { Description = "the sled is off, and stays off" };
        var command = new Command("expunge", "says that a sled is off for good, so that its instances may start elsewhere; final") { id, reason, key, yes };
        command.SetAction(host.Action(async (context, stop) =>
        {
            var sled = Finder.SledId(context.Get(id));
            if (!context.Get(yes))
                throw CliException.Wrong($"Expunging is final, and is safe only when {sled} is off: its instances may start elsewhere at once. Say --yes when it is.");
            using var client = context.SiloClient();
            var view = await client.ChangeAsync<SledView>(HttpMethod.Post, $"/v1/sleds/{sled}/expunge", new CommandReason { Reason = context.Get(reason) }, context.Get(key), stop);
            await context.Output.ValueAsync(view, to => to.WriteLine($"{view.Id} is {Words.Of(view.Policy)}"));
        }));
        return command;
    }
}
