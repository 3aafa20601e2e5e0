using Propolis.Contracts.Hosting;
using Propolis.Contracts.Results;

namespace Propolis.Contracts.Sleds;

/// <summary>
/// Empties one sled while its policy is <see cref="SledPolicy.Draining"/>: moves its instances live, or stops and starts those that cannot move. Its key is <c>drain-</c> and the
/// sled's. It keeps nothing: the sled and its instances know everything. Another policy ends it.
/// </summary>
[Alias("propolis.drain")]
public interface IDrainGrain : IGrainWithStringKey
{
    /// <summary>How far it is, and what keeps it from going on.</summary>
    [ReadOnlyCall, Alias("get")] Task<Reply<DrainView>> GetAsync();

    /// <summary>Looks again at once at what is to do.</summary>
    [Alias("nudge")] Task NudgeAsync();
}
