namespace Propolis.Vmm.Migration;

/// <summary>One end of a migration.</summary>
public enum MigrationSide
{
    /// <summary>Where the guest was.</summary>
    Source,

    /// <summary>Where it goes.</summary>
    Target,
}
