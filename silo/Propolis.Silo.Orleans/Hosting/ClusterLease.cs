using Dapper;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Orleans.Hosting;

/// <summary>
/// Keeps in-process silos away from the database while any silo of the Orleans cluster lives, and the other way round: the cluster holds the row
/// that an in-process silo would hold (<see cref="SiloLease"/>), and all its silos beat it. Who loses it ends. Writes do not look at it: versions
/// decide between writers.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="time">The clock.</param>
public sealed class ClusterLease(IDatabase database, TimeProvider time)
{
    /// <summary>The cluster's name in the row.</summary>
    public const string Holder = "Orleans cluster";

    /// <summary>How often each silo beats.</summary>
    public static readonly TimeSpan BeatEvery = SiloLease.Length / 5;

    /// <summary>Takes the lease for the cluster, or finds that the cluster has it.</summary>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="StoreException">An in-process silo uses the database.</exception>
    public async Task AcquireAsync(CancellationToken cancel)
    {
        if (await IsOursAsync())
            return;
        try
        {
            await new SiloLease(database, time).AcquireAsync(Holder, cancel);
        }
        catch (StoreException)
        {
            // Another silo of the cluster may have been faster.
            if (!await IsOursAsync())
                throw;
        }
        database.Epoch = null;
    }

    /// <summary>Says that the cluster lives.</summary>
    /// <exception cref="LeaseLostException">An in-process silo took the database.</exception>
    public async Task BeatAsync()
    {
        if (await database.WriteAsync(connection => connection.ExecuteAsync("update lease set beat = beat + 1 where id = 1 and holder = @Holder", new { Holder })) != 1)
            throw new LeaseLostException();
    }

    async Task<bool> IsOursAsync() =>
        await database.ReadAsync(connection => connection.QueryFirstOrDefaultAsync<string>("select holder from lease where id = 1")) == Holder;
}
