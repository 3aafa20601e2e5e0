using Propolis.Contracts.Ids;
using Propolis.Contracts.Specs;
using Propolis.Contracts.Volumes;

namespace Propolis.Silo.Instances;

/// <summary>One volume checked out for one VMM.</summary>
public sealed record DiskTicket
{
    /// <summary>The backend's key in the spec.</summary>
    public required SpecKey Backend { get; init; }

    /// <summary>The volume.</summary>
    public required VolumeId Volume { get; init; }

    /// <summary>Whether the guest's writes are refused.</summary>
    public bool Readonly { get; init; }

    /// <summary>The generation.</summary>
    public required long Generation { get; init; }

    /// <summary>What the volume is.</summary>
    public required VolumeTemplate Template { get; init; }
}
