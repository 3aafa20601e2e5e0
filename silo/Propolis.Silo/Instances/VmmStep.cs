using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Silo.Instances;

/// <summary>
/// How far a VMM is, as its instance drives it. Each step is written before it is done.
/// <code>
/// Placing -> Reserving -> CheckingOut -> Ensuring -> Live -> Stopping -> Removing -> Releasing -> gone
/// </code>
/// Before Ensuring no agent has heard of it, so it can go straight to Releasing.
/// </summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<VmmStep>))]
public enum VmmStep
{
    /// <summary>A sled is looked for.</summary>
    Placing = 0,

    /// <summary>Room is taken on the sled.</summary>
    Reserving = 1,

    /// <summary>Its volumes are checked out.</summary>
    CheckingOut = 2,

    /// <summary>Its agent is told to make it.</summary>
    Ensuring = 3,

    /// <summary>Its agent has it.</summary>
    Live = 4,

    /// <summary>Its guest is asked to stop.</summary>
    Stopping = 5,

    /// <summary>Its agent is told to end and forget it.</summary>
    Removing = 6,

    /// <summary>It is gone; volumes and room are given back.</summary>
    Releasing = 7,
}
