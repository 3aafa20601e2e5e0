namespace Propolis.Contracts.Specs;

/// <summary>Everything a VM is made of: the board and the components on it (propolis-server API 5.0.0, <c>InstanceSpec</c>).</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.InstanceSpec")]
public sealed record InstanceSpec
{
    /// <summary>Processors, memory and chipset.</summary>
    [Id(0)] public required Board Board { get; init; }

    /// <summary>Devices and backends by key.</summary>
    [Id(1)] public required SpecComponents Components { get; init; }

    /// <summary>What SMBIOS table 1 says; the firmware's own words when absent.</summary>
    [Id(2)] public SmbiosType1Input? Smbios { get; init; }
}
