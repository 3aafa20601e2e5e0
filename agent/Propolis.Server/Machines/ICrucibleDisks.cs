using Propolis.Contracts.Specs;
using Propolis.Vmm.Block;

namespace Propolis.Server.Machines;

/// <summary>Opens Crucible volumes for machines.</summary>
interface ICrucibleDisks
{
    /// <summary>Makes the backend and what the REST interface reaches of it; the backend activates when the machine starts. Throws when the request is not understood.</summary>
    (IBlockBackend Backend, ICrucibleVolume Volume) Open(SpecKey key, CrucibleStorageBackend backend);
}
