namespace Propolis.Vmm.Machine;

/// <summary>What the guest reads about its computer in SMBIOS (type 1). Null parts keep what this build says by itself.</summary>
public sealed record SystemIdentity
{
    /// <summary>Manufacturer.</summary>
    public string? Manufacturer { get; init; }

    /// <summary>Product name.</summary>
    public string? Product { get; init; }

    /// <summary>Serial number; the machine's id when null.</summary>
    public string? Serial { get; init; }

    /// <summary>Version.</summary>
    public string? Version { get; init; }
}
