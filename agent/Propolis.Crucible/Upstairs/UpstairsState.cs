namespace Propolis.Crucible.Upstairs;

/// <summary>
/// What an upstairs as a whole is doing: Initializing -> GoActive -> Active -> Deactivating -> Initializing; from anywhere to
/// Disabled or Fenced.
/// </summary>
public enum UpstairsState
{
    /// <summary>Not asked to do anything.</summary>
    Initializing,

    /// <summary>Reaching its replicas.</summary>
    GoActive,

    /// <summary>Serving.</summary>
    Active,

    /// <summary>Flushing for the last time.</summary>
    Deactivating,

    /// <summary>Stopped by an error; may be activated again.</summary>
    Disabled,

    /// <summary>Displaced by another session: this one must never write again.</summary>
    Fenced,
}
