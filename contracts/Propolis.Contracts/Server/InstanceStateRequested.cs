using System.Text.Json.Serialization;

namespace Propolis.Contracts.Server;

/// <summary><c>PUT /instance/state</c>: what a VM is asked to do.</summary>
[GenerateSerializer, Alias("propolis.server.InstanceStateRequested")]
[JsonConverter(typeof(JsonStringEnumConverter<InstanceStateRequested>))]
public enum InstanceStateRequested
{
    /// <summary>Start.</summary>
    Run = 0,

    /// <summary>Power off at once.</summary>
    Stop = 1,

    /// <summary>Reset.</summary>
    Reboot = 2,
}
