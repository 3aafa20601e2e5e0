namespace Propolis.Silo.Orleans.Hosting;

/// <summary>Wakes the grains that have work to do and lost their silo. There is one in the cluster, its key is 0; a reminder keeps it going.</summary>
[Alias("propolis.waker")]
public interface IClusterWaker : IGrainWithIntegerKey
{
    /// <summary>Starts to look for such grains, also every minute from now on; called when a silo starts and when one is gone.</summary>
    [Alias("look")] Task LookAsync();
}
