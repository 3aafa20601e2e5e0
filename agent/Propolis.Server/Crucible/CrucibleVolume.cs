using System.Net;
using Propolis.Contracts.Server;
using Propolis.Crucible.Volumes;
using Propolis.Disks;
using Propolis.Server.Machines;
using Propolis.Server.Rest;
using UpstairsResult = Propolis.Crucible.Upstairs.ReplaceResult;

namespace Propolis.Server.Crucible;

/// <summary>The operations of one Crucible disk.</summary>
sealed class CrucibleVolume(CrucibleBackend disk) : ICrucibleVolume
{
    /// <inheritdoc/>
    public VolumeInfo Describe() => VolumeInfoRules.Of(disk.Volume);

    /// <inheritdoc/>
    public Task<ReplaceResult> ReplaceAsync(string requestJson, CancellationToken stop)
    {
        try
        {
            return Task.FromResult(disk.Replace(VolumeConstructionRequest.Parse(requestJson)) switch
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
            await disk.SnapshotAsync(snapshot.ToString("D")).WaitAsync(stop);
        }
        catch (CrucibleException failure)
        {
            throw new ServerException(HttpStatusCode.InternalServerError, $"No snapshot {snapshot} was taken: {failure.Message}", failure);
        }
    }
}
