namespace Propolis.Contracts.Rest;

/// <summary><c>GET /v1/sleds/{id}/blockers</c>: what is left on a sled, and what keeps it there.</summary>
public sealed record DrainBlockers
{
    /// <summary>VMMs that have room on the sled.</summary>
    public required int Remaining { get; init; }

    /// <summary>Those that no other sled would take now, at most 100.</summary>
    public required EquatableList<DrainBlocker> Blockers { get; init; }
}
