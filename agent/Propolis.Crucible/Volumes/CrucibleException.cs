using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Volumes;

/// <summary>A request of a volume failed; <see cref="Error"/> says why.</summary>
public sealed class CrucibleException(CrucibleError error) : IOException(error.ToString())
{
    /// <summary>The error as it travels.</summary>
    public CrucibleError Error { get; } = error;

    /// <summary>Whether another session has taken over: the guest must not run on.</summary>
    public bool IsFenced => Error.Kind == CrucibleErrorKind.NoLongerActive;
}
