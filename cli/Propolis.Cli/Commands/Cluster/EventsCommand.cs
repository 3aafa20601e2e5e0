using System.CommandLine;
using System.Globalization;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Events;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>events</c>: the last ones, and with <c>--follow</c> what happens from now on, over broken connections and silos that come back.</summary>
sealed class EventsCommand : ICliCommand
{
    const int UsualLast = 20;

    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "go on with what happens" };
        var after = new Option<long?>("--after") { Description = "from behind this number" };
        var last = new Option<int>("--last", "-n") { Description = $"the last so many when --after is absent; {UsualLast} when absent, too", DefaultValueFactory = _ => UsualLast };
        var subject = new Option<string?>("--subject") { Description = "only about this id" };
        var project = new Option<string?>("--project") { Description = "only of this project" };
        var command = new Command("events", "shows what happened, who caused it and why") { follow, after, last, subject, project };
        command.SetAction(host.Action(async (context, stop) =>
        {
            if (context.Get(after) < 0 || context.Get(last) < 0) throw CliException.Wrong("--after and --last must not be negative.");
            using var client = context.SiloClient();
            var feed = new EventFeed(client, context.Clock, context.Get(subject), context.Get(project));
            var start = context.Get(after) ?? await feed.BehindLastAsync(context.Get(last), stop);
            var reached = await feed.ListAsync(start, one => context.Output.EventAsync(one, Line), stop);
            if (context.Get(follow)) await feed.FollowAsync(reached, one => context.Output.EventAsync(one, Line), text => context.Errors.WriteLineAsync($"propolis-cli: {text}"), stop);
        }));
        return command;
    }

    static string Line(ClusterEvent one) =>
        string.Create(CultureInfo.InvariantCulture, $"{one.Sequence,6}  {one.At:HH:mm:ss}  {one.Type,-22} {one.Subject} by {one.Actor}{(one.Reason is { } why ? $": {why}" : "")}");
}
