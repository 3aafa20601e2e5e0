using Propolis.Contracts.Ids;
using Propolis.Contracts.Results;

namespace Propolis.Contracts.Migrations;

/// <summary>Lets only so many migrations run at once, on a sled and in the cluster. There is one; its key is <see cref="TheKey"/>.</summary>
[Alias("propolis.limits")]
public interface ILimitsGrain : IGrainWithStringKey
{
    /// <summary>Its key.</summary>
    const string TheKey = "limits-migrations";

    /// <summary>Takes a slot, or says that there is none; repeated, it renews it.</summary>
    /// <param name="slot">For whom.</param>
    [Alias("take")] Task<Reply<MigrationSlot>> TakeAsync(MigrationSlot slot);

    /// <summary>Gives a slot back; repeated, it changes nothing.</summary>
    /// <param name="migration">Whose.</param>
    [Alias("release")] Task ReleaseAsync(MigrationId migration);
}
