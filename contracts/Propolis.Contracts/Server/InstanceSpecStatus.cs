using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Server;

/// <summary>Whether a VM's spec is known. In JSON <c>{"type": NAME, "value": {...}}</c>.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.InstanceSpecStatus")]
[TaggedUnion("type", "value")]
[UnionCase("WaitingForMigrationSource", typeof(WaitingForMigrationSource))]
[UnionCase("Present", typeof(PresentSpec))]
[JsonConverter(typeof(TaggedUnionConverter))]
public abstract record InstanceSpecStatus;
