using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Specs;

namespace Propolis.Contracts.Server;

/// <summary>One component that differs on a migration's target. In JSON <c>{"component": NAME, "spec": {...}}</c>.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.ReplacementComponent")]
[JsonConverter(typeof(ReplacementComponentConverter))]
public sealed record ReplacementComponent
{
    /// <summary>What stands there instead; of one of the three replaceable types.</summary>
    [Id(0)] public required Component Spec { get; init; }
}
