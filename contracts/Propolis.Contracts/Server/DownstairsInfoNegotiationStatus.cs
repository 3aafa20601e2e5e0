using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Server;

/// <summary>How far a connection is.</summary>
[GenerateSerializer, Alias("propolis.server.DownstairsInfoNegotiationStatus")]
[JsonConverter(typeof(SnakeCaseEnumConverter<DownstairsInfoNegotiationStatus>))]
public enum DownstairsInfoNegotiationStatus
{
    /// <summary>Not connected.</summary>
    WaitConnect = 0,

    /// <summary>Negotiating.</summary>
    Negotiating = 1,

    /// <summary>Waiting for the others.</summary>
    WaitQuorum = 2,

    /// <summary>Being made equal.</summary>
    Reconcile = 3,

    /// <summary>Waiting for repair.</summary>
    LiveRepairReady = 4,
}
