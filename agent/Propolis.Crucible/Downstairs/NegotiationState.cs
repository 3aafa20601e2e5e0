namespace Propolis.Crucible.Downstairs;

/// <summary>How far a connection has come. Messages out of this order end it.</summary>
enum NegotiationState
{
    /// <summary>Nothing was said.</summary>
    Open,

    /// <summary>HereIAm was accepted.</summary>
    Connected,

    /// <summary>The session is active.</summary>
    Promoted,

    /// <summary>It knows the geometry.</summary>
    SentRegionInfo,

    /// <summary>It may send jobs.</summary>
    Running,
}
