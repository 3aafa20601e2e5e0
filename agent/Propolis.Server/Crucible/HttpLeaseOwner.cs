using System.Globalization;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Serialization;
using Propolis.Crucible.Upstairs;
using Propolis.Crucible.Volumes;

namespace Propolis.Server.Crucible;

/// <summary>Asks the sled's agent, who asks the silo, whether a disk's generation is still the newest of its volume.</summary>
/// <param name="leases">Where to ask; the disk's key follows.</param>
/// <param name="backend">The disk's key.</param>
/// <param name="clock">The clock.</param>
sealed class HttpLeaseOwner(Uri leases, string backend, TimeProvider clock) : ILeaseOwner
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(3) }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <inheritdoc/>
    public async Task<LeaseAnswer> AskAsync(ulong generation, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(Limit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        var question = string.Create(CultureInfo.InvariantCulture, $"{leases.AbsoluteUri.TrimEnd('/')}/{Uri.EscapeDataString(backend)}?generation={generation}");
        using var answer = await Http.GetAsync(question, both.Token);
        if (!answer.IsSuccessStatusCode)
            return LeaseAnswer.Unknown;
        return (await answer.Content.ReadFromJsonAsync<LeaseStatus>(PropolisJson.Options, both.Token))?.Verdict switch
        {
            LeaseVerdict.Held => LeaseAnswer.Held,
            LeaseVerdict.Lost => LeaseAnswer.Lost,
            _ => LeaseAnswer.Unknown,
        };
    }
}
