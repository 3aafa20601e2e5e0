using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Rest;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>instance migrate NAME [--to SLED]</c>: moves a running guest; with <c>--wait</c> shows how far it is.</summary>
sealed class InstanceMigrateCommand : ICliCommand
{
    readonly Argument<string> _name = NameArgument.Needed("instance", "name or id");
    readonly Option<string?> _to = new("--to") { Description = "the sled to move to; the best one when absent" };
    readonly Option<string> _project = ClusterOptions.Project();
    readonly Option<string?> _reason = ClusterOptions.Reason();
    readonly Option<string?> _key = ClusterOptions.Key();
    readonly Option<int?> _downtime = new("--downtime") { Description = "how long the guest may stand still, milliseconds" };
    readonly Option<long?> _rate = new("--rate")
    {
        Description = "bytes a second while the guest runs: 100M; all that the network takes when absent",
        CustomParser = result =>
        {
            if (Sizes.TryParse(result.Tokens[0].Value, out var bytes)) return bytes;
            result.AddError($"--rate is '{result.Tokens[0].Value}'; it must be a size a second, such as 100M");
            return null;
        },
    };
    readonly Option<StuckPolicy?> _stuck = Words.Option<StuckPolicy>("--when-stuck", "what to do with a guest that changes its memory faster than it can be sent");
    readonly Option<bool> _compress = new("--compress") { Description = "compress pages where that makes them smaller" };
    readonly Option<bool> _wait = new("--wait") { Description = "wait until it is over" };
    readonly Option<TimeSpan> _timeout = ClusterOptions.Timeout("30m");

    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var command = new Command("migrate", "moves a running instance to another sled, live") { _name, _to, _project, _reason, _key, _downtime, _rate, _stuck, _compress, _wait, _timeout };
        command.SetAction(host.Action(RunAsync));
        return command;
    }

    async Task RunAsync(CommandContext context, CancellationToken stop)
    {
        using var client = context.SiloClient();
        var instance = await new Finder(client, context.Get(_project)).InstanceAsync(context.Get(_name), stop);
        var usual = new MigrationPolicy();
        var request = new MigrateInstance
        {
            Target = context.Get(_to) is { } to ? Finder.SledId(to) : null,
            Reason = context.Get(_reason),
            Policy = usual with
            {
                DowntimeBudgetMs = context.Get(_downtime) ?? usual.DowntimeBudgetMs,
                MaxBytesPerSecond = context.Get(_rate),
                WhenStuck = context.Get(_stuck) ?? usual.WhenStuck,
                Compress = context.Get(_compress),
            },
        };
        var migration = await client.ChangeAsync<MigrationView>(HttpMethod.Post, $"/v1/instances/{instance.Id}/migrate", request, context.Get(_key), stop);
        if (context.Get(_wait)) migration = await new MigrationWait(client, context.Clock, context.Errors).EndAsync(migration, context.Get(_timeout), stop);
        await MigrationShow.WriteAsync(context, migration);
    }
}
