using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A 16550 serial port.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.SerialPort")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SerialPort : Component
{
    /// <summary>Which of the four.</summary>
    [Id(0)] public required SerialPortNumber Num { get; init; }
}
