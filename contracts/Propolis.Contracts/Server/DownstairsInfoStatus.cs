using System.Text.Json.Serialization;

namespace Propolis.Contracts.Server;

/// <summary>What a Crucible client knows of one of its servers. In JSON an object with its <c>type</c> beside its members.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.DownstairsInfoStatus")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(DownstairsConnecting), "connecting")]
[JsonDerivedType(typeof(DownstairsActive), "active")]
[JsonDerivedType(typeof(DownstairsLiveRepair), "live_repair")]
[JsonDerivedType(typeof(DownstairsStopping), "stopping")]
public abstract record DownstairsInfoStatus;
