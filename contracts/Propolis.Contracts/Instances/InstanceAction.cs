using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Instances;

/// <summary>Commands.</summary>
[GenerateSerializer, Alias("propolis.instances.InstanceAction")]
[JsonConverter(typeof(SnakeCaseEnumConverter<InstanceAction>))]
public enum InstanceAction
{
    /// <summary>Run.</summary>
    Start = 0,

    /// <summary>Stop.</summary>
    Stop = 1,

    /// <summary>Reset.</summary>
    Reboot = 2,

    /// <summary>Stop and forget.</summary>
    Delete = 3,

    /// <summary>Stop here, start on another sled.</summary>
    Relocate = 4,
}
