namespace Propolis.Vmm.Block;

/// <summary>A backend that counts what its guest does.</summary>
public interface IBlockCounters
{
    /// <summary>What was counted since the disk was opened.</summary>
    BlockCounters Counters { get; }
}
