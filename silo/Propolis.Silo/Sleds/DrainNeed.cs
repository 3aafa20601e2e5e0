namespace Propolis.Silo.Sleds;

/// <summary>What an instance on a sled that is being drained needs.</summary>
public enum DrainNeed
{
    /// <summary>Nothing: it is on its way, or need not go.</summary>
    Nothing,

    /// <summary>To be moved live.</summary>
    Move,

    /// <summary>To be stopped and started elsewhere.</summary>
    Restart,

    /// <summary>A migration of the drain to be aborted, because the drain has ended.</summary>
    StopMoving,

    /// <summary>An operator.</summary>
    Operator,
}
