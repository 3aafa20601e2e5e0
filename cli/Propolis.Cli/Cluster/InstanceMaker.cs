using Propolis.Cli.Cluster.Files;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Volumes;

namespace Propolis.Cli.Cluster;

/// <summary>Finds the volumes that a file names and makes those that come with the instance; done again with the same key, it makes none twice.</summary>
sealed class InstanceMaker(SiloClient client)
{
    const int LongestKey = 64;

    /// <summary>The template with its volumes.</summary>
    public async Task<InstanceTemplate> WithVolumesAsync(InstanceFile file, string key, CancellationToken stop)
    {
        var attached = file.Template.Volumes.ToList();
        foreach (var disk in file.Disks)
        {
            var volume = disk.New is { } template
                ? await client.ChangeAsync<VolumeView>(HttpMethod.Post, "/v1/volumes", template, VolumeKey(key, disk.Backend.Value), stop)
                : await new Finder(client, file.Template.Project).VolumeAsync(disk.Existing!, stop);
            attached.Add(new() { Volume = volume.Id, Backend = disk.Backend, Readonly = disk.IsReadOnly });
        }
        return file.Template with { Volumes = [.. attached] };
    }

    static string VolumeKey(string key, string backend) =>
        $"{key}/{backend}" is { Length: <= LongestKey } whole ? whole : Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{key}/{backend}")));
}
