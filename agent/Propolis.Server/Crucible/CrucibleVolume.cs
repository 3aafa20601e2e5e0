using System.Net;
using Propolis.Contracts.Server;
using Propolis.Crucible.Volumes;
using Propolis.Disks;
using Propolis.Server.Machines;
using Propolis.Server.Rest;
using Propolis.Vmm.Block;
using UpstairsResult = Propolis.Crucible.Upstairs.ReplaceResult;

namespace Propolis.Server.Crucible;

/// <summary>The operations of one Crucible disk, also while it is given up: what the volume's request has become meanwhile it is opened with again.</summary>
/// <param name="first">The disk as it was opened first.</param>
/// <param name="options">What it was opened with.</param>
sealed class CrucibleVolume(CrucibleBackend first, CrucibleDiskOptions options) : ICrucibleVolume
{
    CrucibleBackend _disk = first;

    /// <summary>The disk as it is now.</summary>
    public CrucibleBackend Disk => Volatile.Read(ref _disk);

    /// <summary>Opens the disk again, under the generation that was put into its request last.</summary>
    public Task<IBlockBackend> ReopenAsync(CancellationToken cancellation)
    {
        Volatile.Write(ref _disk, CrucibleBackend.Open(Disk.Request, options));
        return Task.FromResult<IBlockBackend>(Disk);
    }

    /// <inheritdoc/>
    public VolumeInfo Describe() => VolumeInfoRules.Of(Disk.Volume);

    /// <inheritdoc/>
    public Task<ReplaceResult> ReplaceAsync(string requestJson, CancellationToken stop)
    {
        try
        {
            return Task.FromResult(Disk.Replace(VolumeConstructionRequest.Parse(requestJson)) switch
            {
                null => ReplaceResult.VcrMatches,
                UpstairsResult.Started => ReplaceResult.Started,
                UpstairsResult.StartedAlready => ReplaceResult.StartedAlready,
                UpstairsResult.CompletedAlready => ReplaceResult.CompletedAlready,
                UpstairsResult.Missing => ReplaceResult.Missing,
                _ => throw new ServerException(HttpStatusCode.Conflict, "The target cannot be replaced now: it is in use already, or another one is not whole."),
            });
        }
        catch (CrucibleException wrong)
        {
            throw new ServerException(HttpStatusCode.BadRequest, $"The request cannot take the place of the volume's: {wrong.Message}", wrong);
        }
    }

    /// <inheritdoc/>
    public async Task SnapshotAsync(Guid snapshot, CancellationToken stop)
    {
        try
        {
            await Disk.SnapshotAsync(snapshot.ToString("D")).WaitAsync(stop);
        }
        catch (CrucibleException failure)
        {
            throw new ServerException(HttpStatusCode.InternalServerError, $"No snapshot {snapshot} was taken: {failure.Message}", failure);
        }
    }
}
