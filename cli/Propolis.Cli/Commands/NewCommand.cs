using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Cli.Specs;
using Propolis.Contracts.Server;

namespace Propolis.Cli.Commands;

/// <summary><c>new NAME</c>: makes the server's VM, of a spec, of a TOML file with devices, or of nothing but processors, memory and serial ports.</summary>
sealed class NewCommand : ICliCommand
{
    readonly Argument<string> _name = NameArgument.Needed("name", "the VM's name");
    readonly Option<Guid?> _uuid = new("--uuid", "-u") { Description = "its id; a new one when not given" };
    readonly SpecOptions _spec = new();
    readonly MetadataOptions _metadata = new();

    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var command = new Command("new", "makes the server's VM") { _name, _uuid };
        _spec.AddTo(command);
        _metadata.AddTo(command);
        command.SetAction(host.Action(RunAsync));
        return command;
    }

    async Task RunAsync(CommandContext context, CancellationToken stop)
    {
        var spec = _spec.Read(context.Parsed);
        if (context.Silo is not null)
        {
            await ClusterVerbs.CreateAsync(context, context.Get(_name), spec, stop);
            return;
        }
        var properties = new InstanceProperties
        {
            Id = context.Get(_uuid) ?? Guid.CreateVersion7(context.Clock.GetUtcNow()),
            Name = context.Get(_name),
            Description = "propolis-cli generated instance",
            Metadata = _metadata.Read(context.Parsed),
        };
        using var client = context.ServerClient();
        var request = new InstanceEnsureRequest { Properties = properties, Init = new SpecInitialization { Spec = spec } };
        var answer = await client.PutAsync<InstanceEnsureResponse>("/instance", request, stop);
        await context.Output.ValueAsync(answer, to => to.WriteLine($"{properties.Name} is there, with id {properties.Id}"));
    }
}
