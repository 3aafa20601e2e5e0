using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Server;

/// <summary>Where a VM comes from. In JSON <c>{"method": NAME, "value": {...}}</c>.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.InstanceInitializationMethod")]
[TaggedUnion("method", "value")]
[UnionCase("Spec", typeof(SpecInitialization))]
[UnionCase("MigrationTarget", typeof(MigrationTargetInitialization))]
[JsonConverter(typeof(TaggedUnionConverter))]
public abstract record InstanceInitializationMethod;
