using Propolis.Agent.Vmms;
using Propolis.Contracts.Sleds;

namespace Propolis.Agent.Sleds;

/// <summary>What follows from the answer to a heartbeat. Pure.</summary>
static class HeartbeatRules
{
    /// <summary>VMMs that a silo thinks are here and are not: their instances must hear that they are absent.</summary>
    /// <param name="sent">What the heartbeat said.</param>
    /// <param name="reply">The answer.</param>
    public static IEnumerable<VmmKey> Missing(SledHeartbeat sent, HeartbeatReply reply) =>
        reply.Expected.Select(reservation => new VmmKey(reservation.Instance, reservation.Incarnation)).Except(Present(sent));

    /// <summary>VMMs that are here and that no silo thinks are: their instances say whether to remove them.</summary>
    /// <param name="sent">What the heartbeat said.</param>
    /// <param name="reply">The answer.</param>
    public static IEnumerable<VmmKey> Orphans(SledHeartbeat sent, HeartbeatReply reply) =>
        reply.Register ? [] : Present(sent).Except(reply.Expected.Select(reservation => new VmmKey(reservation.Instance, reservation.Incarnation)));

    static IEnumerable<VmmKey> Present(SledHeartbeat sent) => sent.Vmms.Select(status => new VmmKey(status.Instance, status.Incarnation));
}
