using Propolis.Cli.Serial;

namespace Propolis.Cli.Cluster;

/// <summary>Joins this terminal to an instance's serial port through the silo, which follows the instance wherever it runs.</summary>
static class ClusterSerial
{
    /// <summary>Where history starts when the user does not say: so many bytes back.</summary>
    public const long UsualOffset = -16384;

    /// <summary>Stays joined until the user leaves or the instance is gone.</summary>
    public static async Task RunAsync(CommandHost host, CommandContext context, string name, string project, long offset, CancellationToken stop)
    {
        using var client = context.SiloClient();
        var instance = await new Finder(client, project).InstanceAsync(name, stop);
        await new SerialConsole(host, new ClusterResume(client.Silos, context.Clock, context.Errors)).RunAsync(SerialAddress.OfInstance(client.Silo, instance.Id, offset), stop);
    }
}
