using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Events;

/// <summary>What an event is about.</summary>
[GenerateSerializer, Alias("propolis.events.EventKind")]
[JsonConverter(typeof(SnakeCaseEnumConverter<EventKind>))]
public enum EventKind
{
    /// <summary>An instance.</summary>
    Instance = 0,

    /// <summary>A volume.</summary>
    Volume = 1,

    /// <summary>A sled.</summary>
    Sled = 2,

    /// <summary>A project.</summary>
    Project = 3,

    /// <summary>A migration.</summary>
    Migration = 4,
}
