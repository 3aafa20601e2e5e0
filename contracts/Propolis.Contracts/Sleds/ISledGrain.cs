using Propolis.Contracts.Hosting;
using Propolis.Contracts.Results;

namespace Propolis.Contracts.Sleds;

/// <summary>Owns one sled: where it is, what is taken of it, what an operator wants of it. Its key is a <see cref="Ids.SledId"/>.</summary>
[Alias("propolis.sled")]
public interface ISledGrain : IGrainWithStringKey
{
    /// <summary>The agent says where and what it is. An expunged sled is refused.</summary>
    /// <param name="registration">The agent's words.</param>
    [Alias("register")] Task<Reply<SledView>> RegisterAsync(SledRegistration registration);

    /// <summary>The agent lives.</summary>
    /// <param name="heartbeat">What it has.</param>
    [Alias("heartbeat")] Task<HeartbeatReply> HeartbeatAsync(SledHeartbeat heartbeat);

    /// <summary>Takes room for a VMM; repeated, it changes nothing. Only a sled in service takes new ones.</summary>
    /// <param name="reservation">For whom.</param>
    [Alias("reserve")] Task<Reply<SledView>> ReserveAsync(Reservation reservation);

    /// <summary>Gives room back; repeated, it changes nothing.</summary>
    /// <param name="holder">Whose.</param>
    [Alias("release")] Task ReleaseAsync(Volumes.VolumeHolder holder);

    /// <summary>Changes the policy. Expunging is final.</summary>
    /// <param name="command">The change.</param>
    [Alias("policy")] Task<Reply<SledView>> SetPolicyAsync(SledPolicyCommand command);

    /// <summary>What it is.</summary>
    [ReadOnlyCall, Alias("get")] Task<Reply<SledView>> GetAsync();
}
