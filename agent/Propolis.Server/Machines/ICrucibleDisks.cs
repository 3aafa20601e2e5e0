using Propolis.Contracts.Specs;
using Propolis.Vmm.Block;
using Propolis.Vmm.Machine;

namespace Propolis.Server.Machines;

/// <summary>Opens Crucible volumes for machines.</summary>
interface ICrucibleDisks
{
    /// <summary>Makes the backend and what the REST interface reaches of it; the backend activates when the machine starts. Throws when the request is not understood.</summary>
    /// <param name="key">The backend's key.</param>
    /// <param name="backend">What it is.</param>
    /// <param name="control">Told when another session has taken the volume over.</param>
    (IBlockBackend Backend, ICrucibleVolume Volume) Open(SpecKey key, CrucibleStorageBackend backend, IMachineControl control);
}
