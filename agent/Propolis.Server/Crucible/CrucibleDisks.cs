using System.Net;
using Propolis.Contracts.Specs;
using Propolis.Crucible.Volumes;
using Propolis.Disks;
using Propolis.Server.Machines;
using Propolis.Server.Rest;
using Propolis.Vmm.Block;
using Propolis.Vmm.Machine;

namespace Propolis.Server.Crucible;

/// <summary>Opens Crucible volumes from the construction requests in specs. Their disks can be given up and taken again, as migration needs it.</summary>
/// <param name="clock">The clock.</param>
/// <param name="leases">Whom to ask whether a generation is the newest; nobody when null.</param>
/// <param name="log">Takes lines for the operator.</param>
sealed class CrucibleDisks(TimeProvider clock, Uri? leases, Action<string> log) : ICrucibleDisks
{
    /// <inheritdoc/>
    public (IBlockBackend Backend, ICrucibleVolume Volume) Open(SpecKey key, CrucibleStorageBackend backend, IMachineControl control)
    {
        var options = new CrucibleDiskOptions
        {
            Name = key.Value,
            ReadOnly = backend.Readonly,
            LeaseOwner = leases is null ? null : new HttpLeaseOwner(leases, key.Value, clock),
            // A guest whose disk belongs to another session must not go on: the machine stops where it is.
            Fenced = control.GuestFenced,
            Log = log,
            Clock = clock,
        };
        try
        {
            var volume = new CrucibleVolume(CrucibleBackend.Open(VolumeConstructionRequest.Parse(backend.RequestJson), options), options);
            return (new DetachableBackend(key.Value, volume.Disk, volume.ReopenAsync), volume);
        }
        catch (Exception wrong) when (wrong is BlockBackendException or CrucibleException)
        {
            throw new ServerException(HttpStatusCode.BadRequest, $"The backend \"{key}\" cannot be used: {wrong.Message}", wrong);
        }
    }
}
