using Propolis.Contracts.Sleds;

namespace Propolis.Silo.Sleds;

/// <summary>What all sleds look like, for choosing one. It may be a moment old: the sled's grain decides.</summary>
public interface ISledDirectory
{
    /// <summary>All sleds but forgotten ones.</summary>
    ValueTask<IReadOnlyCollection<SledView>> SledsAsync();

    /// <summary>Takes what a grain of this silo knows better.</summary>
    /// <param name="view">The sled now.</param>
    void Note(SledView view);
}
