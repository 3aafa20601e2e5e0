namespace Propolis.Silo.Volumes;

/// <summary>Why generations are given out.</summary>
public static class CheckoutReasons
{
    /// <summary>A VMM starts.</summary>
    public const string Start = "start";

    /// <summary>A VMM will take a guest over.</summary>
    public const string Migration = "migration";

    /// <summary>A guest stays where it was although another VMM had a newer generation: the only reason for which an older VMM of the instance gets one.</summary>
    public const string Rollback = "rollback";
}
