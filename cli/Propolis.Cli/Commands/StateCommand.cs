using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Cli.Rest;
using Propolis.Contracts.Server;

namespace Propolis.Cli.Commands;

/// <summary><c>state run|stop|reboot</c>, and the older <c>state NAME run</c>: asks the server's VM for a state.</summary>
sealed class StateCommand : ICliCommand
{
    readonly Argument<string[]> _words = new("words") { Description = "[NAME] run, stop or reboot", Arity = new ArgumentArity(1, 2) };
    readonly Option<int?> _graceful = new("--graceful") { Description = "with stop: press the power button, and give the guest this many seconds" };

    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var command = new Command("state", "asks the server's VM to run, stop or reboot") { _words, _graceful };
        command.SetAction(host.Action(RunAsync));
        return command;
    }

    async Task RunAsync(CommandContext context, CancellationToken stop)
    {
        var words = context.Get(_words);
        var wanted = StateWords.Of(words[^1]);
        var graceful = context.Get(_graceful);
        if (context.Silo is not null)
        {
            if (graceful is not null) throw CliException.Wrong("--graceful is for one server: a cluster always presses the power button first.");
            if (words.Length != 2) throw CliException.Wrong("Name the instance: state NAME run, stop or reboot.");
            await ClusterVerbs.SetStateAsync(context, words[0], wanted, stop);
            return;
        }
        if (graceful is not null && wanted != InstanceStateRequested.Stop) throw CliException.Wrong("--graceful goes with stop only.");
        using var client = context.ServerClient();
        if (words.Length == 2) await InstanceNames.CheckAsync(client, words[0], stop);
        if (graceful is { } seconds) (await client.SendAsync(HttpMethod.Post, $"/instance/power-button?timeout_seconds={seconds}", null, RestClient.AnswerLimit, stop)).Dispose();
        else (await client.SendAsync(HttpMethod.Put, "/instance/state", wanted, RestClient.AnswerLimit, stop)).Dispose();
    }
}
