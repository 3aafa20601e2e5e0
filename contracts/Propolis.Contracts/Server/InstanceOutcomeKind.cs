using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Server;

/// <summary>Ways for a VM to end.</summary>
[GenerateSerializer, Alias("propolis.server.InstanceOutcomeKind")]
[JsonConverter(typeof(SnakeCaseEnumConverter<InstanceOutcomeKind>))]
public enum InstanceOutcomeKind
{
    /// <summary>The guest switched itself off.</summary>
    GuestPowerOff = 0,

    /// <summary>It was switched off from outside.</summary>
    Stopped = 1,

    /// <summary>It could not go on.</summary>
    Failed = 2,

    /// <summary>It went to another server.</summary>
    MigratedOut = 3,

    /// <summary>It had to stop where it was, because a disk of it belongs to another VM by now.</summary>
    Fenced = 4,
}
