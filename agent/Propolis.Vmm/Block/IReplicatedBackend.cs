namespace Propolis.Vmm.Block;

/// <summary>A disk that is kept several times on other hosts, and that one host at a time has open (a Crucible volume).</summary>
public interface IReplicatedBackend : IBlockBackend
{
    /// <summary>Which replicas do not serve, and why; null when all do. A disk that is not whole must not be let go: to be opened again it needs all of them.</summary>
    string? Degradation { get; }

    /// <summary>Reaches the replicas ahead of the start, so that it takes less time. Whoever has the disk open keeps it. Returns at once, and what fails shows at the start.</summary>
    void Greet();
}
