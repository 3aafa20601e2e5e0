using System.CommandLine;
using Propolis.Contracts.Server;

namespace Propolis.Cli.Specs;

/// <summary>Labels of a VM for metrics, which nobody needs to give.</summary>
sealed class MetadataOptions
{
    readonly Option<Guid> _silo = new("--silo-id") { Description = "label: the tenant" };
    readonly Option<Guid> _project = new("--project-id") { Description = "label: the project" };
    readonly Option<Guid> _sled = new("--sled-id") { Description = "label: the sled" };
    readonly Option<string> _model = new("--sled-model") { Description = "label: the sled's model", DefaultValueFactory = _ => "fake-gimlet" };
    readonly Option<uint> _revision = new("--sled-revision") { Description = "label: the sled's revision", DefaultValueFactory = _ => 1 };
    readonly Option<string> _serial = new("--sled-serial") { Description = "label: the sled's serial number", DefaultValueFactory = _ => "fake-serial" };

    /// <summary>Gives them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _silo, _project, _sled, _model, _revision, _serial }) command.Add(option);
    }

    /// <summary>What the user gave.</summary>
    public InstanceMetadata Read(ParseResult parsed) => new()
    {
        SiloId = parsed.GetValue(_silo),
        ProjectId = parsed.GetValue(_project),
        SledId = parsed.GetValue(_sled),
        SledModel = parsed.GetValue(_model)!,
        SledRevision = parsed.GetValue(_revision),
        SledSerial = parsed.GetValue(_serial)!,
    };
}
