using Propolis.Contracts.Serialization;
using System.Text.Json.Serialization;

namespace Propolis.Contracts.Server;

/// <summary><c>GET /instance/serial/history</c>.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.InstanceSerialConsoleHistoryResponse")]
public sealed record InstanceSerialConsoleHistoryResponse
{
    /// <summary>Bytes, not text: a JSON array of numbers.</summary>
    [JsonConverter(typeof(ByteNumbersConverter))]
    [Id(0)] public required EquatableList<byte> Data { get; init; }

    /// <summary>The offset since start just behind the last byte.</summary>
    [Id(1)] public required ulong LastByteOffset { get; init; }
}
