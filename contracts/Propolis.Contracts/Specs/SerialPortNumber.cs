using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>Serial ports at their usual I/O addresses.</summary>
[GenerateSerializer, Alias("propolis.specs.SerialPortNumber")]
[JsonConverter(typeof(SnakeCaseEnumConverter<SerialPortNumber>))]
public enum SerialPortNumber
{
    /// <summary>0x3f8, IRQ 4.</summary>
    Com1 = 0,

    /// <summary>0x2f8, IRQ 3.</summary>
    Com2 = 1,

    /// <summary>0x3e8, IRQ 4.</summary>
    Com3 = 2,

    /// <summary>0x2e8, IRQ 3.</summary>
    Com4 = 3,
}
