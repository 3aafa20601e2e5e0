using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A kind of chipset. In JSON <c>{"type": NAME, "value": {...}}</c>.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.Chipset")]
[TaggedUnion("type", "value")]
[UnionCase("i440_fx", typeof(I440Fx))]
[JsonConverter(typeof(TaggedUnionConverter))]
public abstract record Chipset;
