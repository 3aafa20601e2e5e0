using System.CommandLine;
using Propolis.Cli.Rest;
using Propolis.Contracts.Server;

namespace Propolis.Cli.Commands;

/// <summary><c>vcr</c>: replaces the volume construction request behind a Crucible disk.</summary>
sealed class VcrCommand : ICliCommand
{
    readonly Option<string> _disk = new("--disk-id", "-d") { Description = "key of the disk's backend in the spec", Required = true };
    readonly Option<string> _request = new("--vcr-replace") { Description = "file with the new request as JSON", Required = true };

    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var command = new Command("vcr", "replaces the volume construction request of a Crucible disk") { _disk, _request };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.ServerClient();
            var body = new InstanceVCRReplace { VcrJson = Files.ReadText(context.Get(_request)) };
            var result = await client.PutAsync<ReplaceResult>($"/instance/disk/{Uri.EscapeDataString(context.Get(_disk))}/vcr", body, stop);
            await context.Output.ValueAsync(result, to => to.WriteLine(result));
        }));
        return command;
    }
}
