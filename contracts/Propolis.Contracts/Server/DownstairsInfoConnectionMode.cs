using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Server;

/// <summary>Why a server is being connected to.</summary>
[GenerateSerializer, Alias("propolis.server.DownstairsInfoConnectionMode")]
[JsonConverter(typeof(SnakeCaseEnumConverter<DownstairsInfoConnectionMode>))]
public enum DownstairsInfoConnectionMode
{
    /// <summary>The first time.</summary>
    New = 0,

    /// <summary>It had gone away.</summary>
    Offline = 1,

    /// <summary>It had failed.</summary>
    Faulted = 2,

    /// <summary>It replaces another.</summary>
    Replaced = 3,
}
