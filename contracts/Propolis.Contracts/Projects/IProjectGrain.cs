using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Results;
using Propolis.Contracts.Volumes;

namespace Propolis.Contracts.Projects;

/// <summary>Owns one project's quota and the names in it. Its key is <c>proj-</c> and the project's name.</summary>
[Alias("propolis.project")]
public interface IProjectGrain : IGrainWithStringKey
{
    /// <summary>Takes room in the quota, and the name; repeated, it changes nothing.</summary>
    /// <param name="charge">For whom.</param>
    [Alias("charge")] Task<Reply<ProjectView>> ChargeAsync(ProjectCharge charge);

    /// <summary>Gives room and name back; repeated, it changes nothing.</summary>
    /// <param name="instance">Whose.</param>
    [Alias("refund")] Task RefundAsync(InstanceId instance);

    /// <summary>Takes a seat beside the other members of groups, before room is taken on the sled; refused while a member is elsewhere. Repeated, it changes nothing.</summary>
    /// <param name="seat">For which VMM, and where.</param>
    [Alias("sit")] Task<Reply<ProjectView>> SitAsync(GroupSeat seat);

    /// <summary>Gives a VMM's seat back, for good; repeated, it changes nothing.</summary>
    /// <param name="holder">Whose.</param>
    [Alias("rise")] Task RiseAsync(VolumeHolder holder);

    /// <summary>Sets the quota. One below what is used stops nothing, it only admits no more.</summary>
    /// <param name="command">The quota.</param>
    [Alias("quota")] Task<Reply<ProjectView>> SetQuotaAsync(QuotaCommand command);

    /// <summary>What it has.</summary>
    [ReadOnlyCall, Alias("get")] Task<ProjectView> GetAsync();
}
