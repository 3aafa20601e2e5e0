using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Server;

/// <summary>What a Crucible client does.</summary>
[GenerateSerializer, Alias("propolis.server.UpstairsInfoStatus")]
[JsonConverter(typeof(SnakeCaseEnumConverter<UpstairsInfoStatus>))]
public enum UpstairsInfoStatus
{
    /// <summary>Starting.</summary>
    Initializing = 0,

    /// <summary>Asked to open.</summary>
    GoActive = 1,

    /// <summary>Open.</summary>
    Active = 2,

    /// <summary>Closing.</summary>
    Deactivating = 3,

    /// <summary>Ended by an error.</summary>
    Disabled = 4,
}
