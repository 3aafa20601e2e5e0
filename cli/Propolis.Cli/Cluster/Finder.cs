using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Volumes;

namespace Propolis.Cli.Cluster;

/// <summary>Finds things by id or, within a project, by name.</summary>
sealed class Finder(SiloClient client, string project)
{
    /// <summary>An instance.</summary>
    public async Task<InstanceView> InstanceAsync(string text, CancellationToken stop)
    {
        if (EntityId.TryParse<InstanceId>(text, out var id) && await client.FindAsync<InstanceView>($"/v1/instances/{id}", stop) is { } byId) return byId;
        var found = await client.ListAsync<InstanceView>(SiloClient.WithQuery("/v1/instances", ("project", project), ("name", text)), 2, stop);
        // Lists show what was true a moment ago; the instance itself knows better.
        return found is [var one, ..] ? await client.GetAsync<InstanceView>($"/v1/instances/{one.Id}", stop) : throw Missing("instance", text);
    }

    /// <summary>A volume.</summary>
    public async Task<VolumeView> VolumeAsync(string text, CancellationToken stop)
    {
        if (EntityId.TryParse<VolumeId>(text, out var id) && await client.FindAsync<VolumeView>($"/v1/volumes/{id}", stop) is { } byId) return byId;
        var found = await client.ListAsync<VolumeView>(SiloClient.WithQuery("/v1/volumes", ("project", project), ("name", text)), 2, stop);
        return found switch
        {
            [var one] => one,
            [] => throw Missing("volume", text),
            _ => throw new CliException($"Project \"{project}\" has more than one volume \"{text}\"; name it by its id."),
        };
    }

    /// <summary>A sled: its id, with or without the prefix.</summary>
    public async Task<SledView> SledAsync(string text, CancellationToken stop) =>
        await client.FindAsync<SledView>($"/v1/sleds/{SledId(text)}", stop) ?? throw new CliException($"There is no sled \"{text}\".");

    /// <summary>The id that a text means.</summary>
    public static SledId SledId(string text) =>
        EntityId.TryParse<SledId>(text, out var id) || EntityId.TryParse(Contracts.Ids.SledId.Prefix + text, out id) ? id : throw CliException.Wrong($"'{text}' is no id of a sled.");

    CliException Missing(string kind, string text) => new($"There is no {kind} \"{text}\" in project \"{project}\" (--project names another).");
}
