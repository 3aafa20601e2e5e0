using System.CommandLine;
using System.Net;
using Propolis.Cli.Rest;
using Propolis.Cli.Specs;
using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;

namespace Propolis.Cli.Commands;

/// <summary><c>migrate SERVER</c>: lets another server fetch the guest of this one, and follows both until it runs there.</summary>
sealed class MigrateCommand : ICliCommand
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    readonly Argument<string> _target = new("dst-server") { Description = "name or address of the server that gets the guest" };
    readonly Option<ushort> _port = new("--dst-port", "-p") { Description = "its port", DefaultValueFactory = _ => GlobalOptions.DefaultPort };
    readonly Option<Guid?> _uuid = new("--uuid", "-u") { Description = "id of the VM over there; the same as here when not given" };
    readonly Option<string?> _crucible = new("--crucible-disks") { Description = "JSON file with a list of Crucible disks that replace those of the same name" };

    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var command = new Command("migrate", "moves the guest to another server") { _target, _port, _uuid, _crucible };
        command.SetAction(host.Action((context, stop) => RunAsync(host, context, stop)));
        return command;
    }

    async Task RunAsync(CommandHost host, CommandContext context, CancellationToken stop)
    {
        // The port of the source stands before the command, since -p behind it is the target's.
        using var source = context.ServerClient();
        using var target = new RestClient(CommandContext.ServerAt(context.Get(_target), context.Get(_port)), _ => { });
        var vm = (await source.GetAsync<InstanceGetResponse>("/instance", stop)).Instance;
        var migration = Guid.CreateVersion7(host.Clock.GetUtcNow());
        var request = new InstanceEnsureRequest
        {
            Properties = vm.Properties with { Id = context.Get(_uuid) ?? vm.Properties.Id },
            Init = new MigrationTargetInitialization { MigrationId = migration, SrcAddr = await AddressOfAsync(source.Server, stop), ReplaceComponents = ReadReplacements(context.Get(_crucible)) },
        };
        await target.PutAsync<InstanceEnsureResponse>("/instance", request, stop);
        await FollowAsync(source, target, context, host.Clock, stop);
    }

    static async Task FollowAsync(RestClient source, RestClient target, CommandContext context, TimeProvider clock, CancellationToken stop)
    {
        string? shown = null;
        while (true)
        {
            var there = (await target.GetAsync<InstanceMigrateStatusResponse>("/instance/migration-status", stop)).MigrationIn?.State;
            var here = (await source.GetAsync<InstanceMigrateStatusResponse>("/instance/migration-status", stop)).MigrationOut?.State;
            var line = $"source: {here?.ToString() ?? "-"}, target: {there?.ToString() ?? "-"}";
            if (line != shown) await context.Output.EventAsync(new { source = here, target = there }, _ => line);
            shown = line;
            if (there == MigrationState.Finish) return;
            if (there == MigrationState.Error) throw new CliException($"The guest stays at {source.Server}.");
            await Task.Delay(Interval, clock, stop);
        }
    }

    static async Task<string> AddressOfAsync(Uri server, CancellationToken stop)
    {
        var address = IPAddress.TryParse(server.Host.Trim('[', ']'), out var literal) ? literal : (await Dns.GetHostAddressesAsync(server.Host, stop))[0];
        return new IPEndPoint(address, server.Port).ToString();
    }

    static ReplacementComponents ReadReplacements(string? file) => new((file is null ? [] : Files.ReadJson<CrucibleDisk[]>(file)).Select(disk => KeyValuePair.Create(
        new SpecKey(disk.Name),
        new ReplacementComponent { Spec = new CrucibleStorageBackend { RequestJson = disk.VolumeConstructionRequest.GetRawText(), Readonly = disk.ReadOnly } })));
}
