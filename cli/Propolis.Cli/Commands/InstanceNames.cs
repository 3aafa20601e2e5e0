using Propolis.Cli.Rest;
using Propolis.Contracts.Server;

namespace Propolis.Cli.Commands;

/// <summary>Older commands name the VM although a server has only one: a wrong name must not reach another VM.</summary>
static class InstanceNames
{
    /// <summary>Throws <see cref="CliException"/> when the server's VM is called something else (its id is a name of it, too).</summary>
    public static async Task CheckAsync(RestClient client, string name, CancellationToken stop)
    {
        var properties = (await client.GetAsync<InstanceGetResponse>("/instance", stop)).Instance.Properties;
        if (properties.Name != name && properties.Id.ToString() != name) throw new CliException($"The VM of {client.Server} is called '{properties.Name}', not '{name}'.");
    }
}
