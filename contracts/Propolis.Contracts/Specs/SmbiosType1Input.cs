using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>Strings for SMBIOS table 1 (system information).</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.SmbiosType1Input")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SmbiosType1Input
{
    /// <summary>Who made the system.</summary>
    [Id(0)] public required string Manufacturer { get; init; }

    /// <summary>What it is called.</summary>
    [Id(1)] public required string ProductName { get; init; }

    /// <summary>Its serial number.</summary>
    [Id(2)] public required string SerialNumber { get; init; }

    /// <summary>Its version.</summary>
    [Id(3)] public required ulong Version { get; init; }
}
