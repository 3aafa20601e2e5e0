using Propolis.Cli.Serial;
using Propolis.Contracts.Instances;

namespace Propolis.Cli.Cluster;

/// <summary>Joins this terminal to an instance's serial port through the silo, which follows the instance wherever it runs.</summary>
static class ClusterSerial
{
    /// <summary>Where history starts when the user does not say: so many bytes back.</summary>
    public const long UsualOffset = -16384;

    /// <summary>The address of an instance's serial port; a negative offset counts from the end.</summary>
    public static Uri Address(Uri silo, InstanceView instance, long offset) => SerialAddress.OfInstance(silo, instance.Id.ToString(), offset);

    /// <summary>Stays joined until the user leaves or the instance is gone.</summary>
    public static async Task RunAsync(CommandHost host, CommandContext context, string name, string project, long offset, CancellationToken stop)
    {
        using var client = context.SiloClient();
        var instance = await new Finder(client, project).InstanceAsync(name, stop);
        await new SerialConsole(host, new ClusterResume(client.Silos, context.Clock, context.Errors)).RunAsync(Address(client.Silo, instance, offset), stop);
    }
}
