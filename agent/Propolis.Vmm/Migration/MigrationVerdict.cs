namespace Propolis.Vmm.Migration;

/// <summary>The one decision of a migration.</summary>
public enum MigrationVerdict
{
    /// <summary>Not decided yet: ask again.</summary>
    Undecided,

    /// <summary>The guest runs on the target from now on; the source never lets it run again.</summary>
    Commit,

    /// <summary>The guest runs on at the source; the target throws its copy away.</summary>
    Abort,
}
