using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>The hypervisor that a guest sees. In JSON <c>{"type": NAME, "value": {...}}</c>.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.GuestHypervisorInterface")]
[TaggedUnion("type", "value")]
[UnionCase("bhyve", typeof(BhyveInterface))]
[UnionCase("hyper_v", typeof(HyperVInterface))]
[JsonConverter(typeof(TaggedUnionConverter))]
public abstract record GuestHypervisorInterface;
