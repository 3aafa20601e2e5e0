using Propolis.Crucible.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Downstairs;

/// <summary>
/// Who may become active; pure. Stricter than the original, which forgets generations when any connection closes: here the
/// highest generation ever promoted holds, and a generation belongs for ever to the session that got it first.
/// </summary>
public static class PromotionRules
{
    /// <summary>Why a read-write promotion is refused, or null when it is granted.</summary>
    /// <param name="fence">The highest generation promoted so far.</param>
    /// <param name="request">The session that asks.</param>
    public static string? Refuse(Fence? fence, in Promotion request)
    {
        if (fence is null || request.Generation > fence.Generation)
            return null;
        if (request.Generation < fence.Generation)
            return $"generation {request.Generation} is below {fence.Generation}, which session {fence.SessionId} holds";
        return (request.UpstairsId, request.SessionId) == (fence.UpstairsId, fence.SessionId)
            ? null
            : $"generation {request.Generation} belongs to session {fence.SessionId}";
    }

    /// <summary>Whether a granted promotion ends an active session.</summary>
    /// <param name="readOnly">The region's mode: read-only regions serve one session per upstairs.</param>
    /// <param name="active">The active session.</param>
    /// <param name="request">The session that was granted.</param>
    public static bool Displaces(bool readOnly, in Promotion active, in Promotion request) =>
        !readOnly || active.UpstairsId == request.UpstairsId;
}
