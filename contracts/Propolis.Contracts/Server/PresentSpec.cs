using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Specs;

namespace Propolis.Contracts.Server;

/// <summary>The spec is known; in JSON the value is the spec itself.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.PresentSpec")]
[JsonConverter(typeof(PresentSpecConverter))]
public sealed record PresentSpec : InstanceSpecStatus
{
    /// <summary>What the VM is made of.</summary>
    [Id(0)] public required InstanceSpec Spec { get; init; }
}
