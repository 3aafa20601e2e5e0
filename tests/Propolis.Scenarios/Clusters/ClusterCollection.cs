namespace Propolis.Scenarios.Clusters;

/// <summary>Scenarios of clusters run alone, one after another: a cluster has as many sleds as a small machine can bear.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ClusterCollection : ICollectionFixture<Cluster>
{
    /// <summary>Its name.</summary>
    public const string Name = "cluster";
}
