using Propolis.Contracts.Specs;
using Propolis.Server.Rest;
using Propolis.Vmm.Block;

namespace Propolis.Server.Machines;

/// <summary>For builds without Crucible: refuses each volume.</summary>
sealed class NoCrucibleDisks : ICrucibleDisks
{
    /// <inheritdoc/>
    public (IBlockBackend Backend, ICrucibleVolume Volume) Open(SpecKey key, CrucibleStorageBackend backend) =>
        throw ServerException.NotBuilt($"Crucible volumes, and the backend \"{key}\" is one");
}
